package journal

// Refusal is why access control let a request not through. The client is told
// little of it; the journal tells the tester all.
type Refusal string

// The refusals.
const (
	RefusalNoCredential  Refusal = "no-credential"
	RefusalEmptyToken    Refusal = "empty-token"
	RefusalWrongScheme   Refusal = "wrong-scheme"
	RefusalBareToken     Refusal = "missing-scheme"
	RefusalTwoTokens     Refusal = "two-tokens"
	RefusalMistyped      Refusal = "mistyped"
	RefusalAdminKey      Refusal = "admin-key"
	RefusalUnknownToken  Refusal = "unknown-token"
	RefusalExpired       Refusal = "expired"
	RefusalRevoked       Refusal = "revoked"
	RefusalWrongAudience Refusal = "wrong-audience"
	RefusalOtherTenant   Refusal = "other-tenant"
	RefusalUnknownTenant Refusal = "unknown-tenant"
	RefusalScope         Refusal = "insufficient-scope"
	RefusalRate          Refusal = "rate-limit"
)

// reasons say what was wrong and how to mend it, for a tester who sees nothing
// else.
var reasons = map[Refusal]string{
	RefusalNoCredential:  "no credential was sent: set the token in the IdP, which sends it as Authorization: Bearer TOKEN",
	RefusalEmptyToken:    "the Authorization header has a scheme and no token behind it: the token's field in the IdP is empty",
	RefusalWrongScheme:   "the Authorization header has another scheme than Bearer: choose authentication by bearer token in the IdP, not Basic",
	RefusalBareToken:     "the token came without its scheme, which this strict tenant refuses: write it as Bearer TOKEN in the IdP",
	RefusalTwoTokens:     "a token was sent twice, in two headers or in a header and the address: send it once, in the Authorization header",
	RefusalMistyped:      "the token is not as it was printed, since its checksum does not fit: copy it again, whole and without spaces",
	RefusalAdminKey:      "the admin key was sent where a SCIM token is due: create a token and give that to the IdP",
	RefusalUnknownToken:  "no token like this one was ever made here, or its tenant is gone: check that it is of this server, or create a new one",
	RefusalExpired:       "the token has expired: create a new one and put it into the IdP",
	RefusalRevoked:       "the token was revoked: create a new one and put it into the IdP",
	RefusalWrongAudience: "the token is for another audience: create one whose audience is https://api.cinode.app/scim/v2",
	RefusalOtherTenant:   "the token is good, but of another tenant than the address names: use the base URL that is shown beside the token",
	RefusalUnknownTenant: "the address names a tenant that does not exist: use the base URL that is shown beside the token",
	RefusalScope:         "the token lacks the scope that this needs: create one with it",
	RefusalRate:          "the token is over its rate: wait as Retry-After says",
}

// Reason is a refusal in plain language. detail may name what it was about, such
// as the scope that lacks or the day a token expired; it must be no secret. An
// unknown refusal gives the detail alone.
func Reason(r Refusal, detail string) string {
	sentence := reasons[r]
	switch {
	case sentence == "":
		return detail
	case detail == "":
		return sentence
	default:
		return sentence + " (" + detail + ")"
	}
}
