package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLoad_FaultsOfValues(t *testing.T) {
	t.Parallel()
	const (
		listen   = "which has no port; write HOST:PORT, such as 127.0.0.1:8080, or :8080 for all addresses"
		port     = "it must be a number from 0 to 65535"
		database = "it must be a file, :memory: or a postgres:// URL"
		keywords = "--database is a list of keywords; write postgres://USER:PASSWORD@HOST/NAME instead"
		escape   = "--database is not a valid URL; escape special characters in the password, such as %23 for # and %2F for /"
		absolute = "it must be an absolute URL, such as https://scim.example.com"
		noQuery  = "it must have no query and no fragment, as paths are put after it"
		network  = "it must be an address or a network, such as 10.0.0.0/8"
		origin   = "it must be a scheme and a host without a path, such as https://app.example.com, or *"
		count    = "it must be a whole number, 0 or more"
		unit     = "it must be a duration with a unit, such as 10s or 1m30s"
		empty    = "is empty; give it a value or leave it out"
		carry    = "has a character that a bearer token cannot carry; use letters, digits and -._~+/= only"
		nameless = "--token has a token without a name; write NAME=SECRET or TENANT/NAME=SECRET, without commas"
	)
	tests := map[string]struct{ arg, want string }{
		"listen without a port":     {"listen=127.0.0.1", `--listen is "127.0.0.1", ` + listen},
		"listen with an empty port": {"listen=127.0.0.1:", `--listen is "127.0.0.1:", ` + listen},
		"listen is a port":          {"listen=8080", `--listen is "8080", ` + listen},
		"listen empty":              {"listen=", `--listen is "", ` + listen},
		"listen, port too high":     {"listen=:65536", `--listen has the port "65536"; ` + port},
		"listen, port negative":     {"listen=:-1", `--listen has the port "-1"; ` + port},
		"listen, port by name":      {"listen=:http", `--listen has the port "http"; ` + port},

		"database empty":           {"database=", "--database is empty; " + database},
		"database, scheme":         {"database=mysql://u:pw@h/d", `--database has the unknown scheme "mysql"; ` + database},
		"database, no scheme":      {"database=://h/d", `--database has the unknown scheme ""; ` + database},
		"database, keywords":       {"database=host=h password=pw", keywords},
		"database, later keyword":  {"database=application_name=x password = pw", keywords},
		"database, bad URL":        {"database=postgres://u:p/w@h/d", escape},
		"database, hash in secret": {"database=postgres://u:12#pw@h/d", escape},

		"migrate":       {"migrate=maybe", `--migrate is "maybe"; it must be true or false`},
		"migrate empty": {"migrate=", `--migrate is ""; it must be true or false`},
		"metrics":       {"metrics=on", `--metrics is "on"; it must be true or false`},

		"public-url relative":         {"public-url=/scim", `--public-url is "/scim"; ` + absolute},
		"public-url without a scheme": {"public-url=scim.example.com", `--public-url is "scim.example.com"; ` + absolute},
		"public-url, other scheme":    {"public-url=ftp://h", `--public-url is "ftp://h"; ` + absolute},
		"public-url without a host":   {"public-url=https://:443/", `--public-url is "https://:443/"; ` + absolute},
		"public-url broken":           {"public-url=https://h:x", `--public-url is "https://h:x"; ` + absolute},
		"public-url with a user":      {"public-url=https://u:pw@h", "--public-url holds a user name; leave that out, as every client is told this URL"},
		"public-url with a query":     {"public-url=https://h/?a=b", `--public-url is "https://h/?a=b"; ` + noQuery},
		"public-url, empty query":     {"public-url=https://h?", `--public-url is "https://h?"; ` + noQuery},
		"public-url with a fragment":  {"public-url=https://h/#a", `--public-url is "https://h/#a"; ` + noQuery},

		"trusted-proxies, name":   {"trusted-proxies=10.0.0.1,proxy", `--trusted-proxies has "proxy"; ` + network},
		"trusted-proxies, length": {"trusted-proxies=10.0.0.0/33", `--trusted-proxies has "10.0.0.0/33"; ` + network},

		"admin-key empty":     {"admin-key=", "--admin-key " + empty},
		"admin-key, space":    {"admin-key=hid den", "--admin-key " + carry},
		"admin-key, not text": {"admin-key=hidden\x01", "--admin-key " + carry},

		"token empty":             {"token=", "--token " + empty},
		"token only separators":   {"token= , ", "--token " + empty},
		"token without =":         {"token=hidden", nameless},
		"token without a name":    {"token==hidden", nameless},
		"token with a comma":      {"token=a=hid,den", nameless},
		"token without a secret":  {"token=ci=", `--token has the token "ci" without a secret; write NAME=SECRET`},
		"token, blank secret":     {"token=3/ci= ", `--token has the token "3/ci" without a secret; write NAME=SECRET`},
		"token, only a tenant":    {"token=3/=hidden", `--token has a token "3/" without a name; write TENANT/NAME=SECRET`},
		"token, tenant by name":   {"token=acme/ci=hidden", `--token has the tenant "acme"; it must be a number from 1 to 1000000000000`},
		"token, tenant 0":         {"token=0/ci=hidden", `--token has the tenant "0"; it must be a number from 1 to 1000000000000`},
		"token, tenant empty":     {"token=/ci=hidden", `--token has the tenant ""; it must be a number from 1 to 1000000000000`},
		"token, tenant too large": {"token=9223372036854775808/ci=hidden", `--token has the tenant "9223372036854775808"; it must be a number from 1 to 1000000000000`},
		"token, tenant unbounded": {"token=1000000000001/ci=hidden", `--token has the tenant "1000000000001"; it must be a number from 1 to 1000000000000`},
		"token, no UTF-8":         {"token=\xe5=hidden", `--token has the token "\xe5", whose name is no valid UTF-8`},
		"token, control":          {"token=3/a\x07b=hidden", `--token has the token "a\ab", whose name holds a control character`},
		"token, long":             {"token=" + strings.Repeat("a", 201) + "=hidden", `--token has the token "` + strings.Repeat("a", 201) + `", whose name is longer than 200 characters`},
		"token, space in secret":  {"token=ci=hid den", `--token has the token "ci", whose secret ` + carry},
		"token, other letters":    {"token=ci=hiddän", `--token has the token "ci", whose secret ` + carry},

		"persona":           {"persona=strict", `--persona is "strict"; it must be cinode or rfc`},
		"cors-origin, path": {"cors-origin=https://a.example.com/", `--cors-origin has "https://a.example.com/"; ` + origin},
		"cors-origin, host": {"cors-origin=a.example.com", `--cors-origin has "a.example.com"; ` + origin},
		"cors-origin, none": {"cors-origin=https://", `--cors-origin has "https://"; ` + origin},
		"cors-origin, bad":  {"cors-origin=https://h:x", `--cors-origin has "https://h:x"; ` + origin},

		"rate-limit, word":       {"rate-limit=many", `--rate-limit is "many"; ` + count},
		"rate-limit, negative":   {"rate-limit=-1", `--rate-limit is "-1"; ` + count},
		"rate-limit, fraction":   {"rate-limit=0.5", `--rate-limit is "0.5"; ` + count},
		"shutdown-timeout, unit": {"shutdown-timeout=10", `--shutdown-timeout is "10"; ` + unit},
		"shutdown-timeout < 0":   {"shutdown-timeout=-1s", `--shutdown-timeout is "-1s"; ` + unit},
		"cursor-timeout, unit":   {"cursor-timeout=ten", `--cursor-timeout is "ten"; ` + unit},
		"cursor-timeout, none":   {"cursor-timeout=0s", `--cursor-timeout is "0s"; it must be longer than nothing, such as 10m`},

		"log-format": {"log-format=xml", `--log-format is "xml"; it must be text or json`},
		"log-level":  {"log-level=trace", `--log-level is "trace"; it must be debug, info, warn or error`},
		"config":     {"config=DIR/none", "the configuration file cannot be read: open DIR/none: no such file or directory"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, fault := source{args: []string{"--" + test.arg}}.load(t)
			require.Equal(t, test.want, fault)
			require.NotContains(t, fault, "hid")
			require.NotContains(t, fault, "pw")
		})
	}
}

func TestLoad_FaultsOfCombinations(t *testing.T) {
	t.Parallel()
	const selfSigned = "--tls-self-signed makes a certificate of its own; leave it out, or leave out --tls-cert and --tls-key"
	tests := map[string]struct{ args, want string }{
		"certificate alone":         {"--tls-cert=c", "--tls-cert needs its private key; give --tls-key too"},
		"key alone":                 {"--tls-key=k", "--tls-key needs its certificate; give --tls-cert too"},
		"self-signed and both":      {"--tls-self-signed=d --tls-cert=c --tls-key=k", selfSigned},
		"self-signed and a key":     {"--tls-self-signed=d --tls-key=k", selfSigned},
		"a name twice":              {"--token=ci=1 --token=ci=2", `--token names "ci" twice in tenant 1; give each token a name of its own`},
		"a name twice, cased":       {"--token=ci=1,1/CI=2", `--token names "CI" twice in tenant 1; give each token a name of its own`},
		"a secret twice":            {"--token=a=1,2/b=1", `--token gives "a" and "b" the same secret, which finds one token only; give each its own`},
		"the same name elsewhere":   {"--token=ci=1,2/ci=2", ""},
		"both files of one":         {"--tls-cert=c --tls-key=k", ""},
		"self-signed alone":         {"--tls-self-signed=d", ""},
		"single faults come first":  {"--tls-cert=c --persona=x", `--persona is "x"; it must be cinode or rfc`},
		"all that is wrong is told": {"--tls-cert=c --token=a=1,a=2", "--tls-cert needs its private key; give --tls-key too\n" + `--token names "a" twice in tenant 1; give each token a name of its own`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, fault := source{args: strings.Fields(test.args)}.load(t)
			require.Equal(t, test.want, fault)
		})
	}
}

func TestLoad_FaultsNameTheSource(t *testing.T) {
	t.Parallel()
	const both = "CINODE_SCIM_ADMIN_KEY and CINODE_SCIM_ADMIN_KEY_FILE are both set; unset one"
	tests := map[string]struct {
		environment []string
		files       map[string]string
		want        string
	}{
		"variable":             {[]string{"CINODE_SCIM_PERSONA=x"}, nil, `CINODE_SCIM_PERSONA is "x"; it must be cinode or rfc`},
		"variable, empty":      {[]string{"CINODE_SCIM_ADMIN_KEY="}, nil, "CINODE_SCIM_ADMIN_KEY is empty; give it a value or leave it out"},
		"variable, empty list": {[]string{"CINODE_SCIM_TOKEN="}, nil, "CINODE_SCIM_TOKEN is empty; give it a value or leave it out"},
		"two twins":            {[]string{"CINODE_SCIM_ADMIN_KEY=a", "CINODE_SCIM_ADMIN_KEY_FILE=b"}, nil, both},
		"secret file missing": {[]string{"CINODE_SCIM_TOKEN_FILE=DIR/none"}, nil,
			"CINODE_SCIM_TOKEN_FILE names a file that cannot be read: open DIR/none: no such file or directory"},
		"secret file empty": {[]string{"CINODE_SCIM_TOKEN_FILE=DIR/s"}, map[string]string{"s": " \n"},
			"the file that CINODE_SCIM_TOKEN_FILE names is empty; give it a value or leave it out"},
		"secret file wrong": {[]string{"CINODE_SCIM_ADMIN_KEY_FILE=DIR/s"}, map[string]string{"s": "two\nlines\n"},
			"the file that CINODE_SCIM_ADMIN_KEY_FILE names has a character that a bearer token cannot carry; use letters, digits and -._~+/= only"},
		"configuration file": {[]string{"CINODE_SCIM_CONFIG=DIR/c"}, map[string]string{"c": "\nmetrics: yes\n"},
			`DIR/c line 2: metrics is "yes"; it must be true or false`},
		"several": {[]string{"CINODE_SCIM_CONFIG=DIR/c", "CINODE_SCIM_LOG_LEVEL=x", "CINODE_SCIM_ADMIN_KEY="}, map[string]string{"c": "persona: y\n"},
			"CINODE_SCIM_ADMIN_KEY is empty; give it a value or leave it out\n" + `DIR/c line 1: persona is "y"; it must be cinode or rfc` +
				"\n" + `CINODE_SCIM_LOG_LEVEL is "x"; it must be debug, info, warn or error`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, fault := source{environment: test.environment, files: test.files}.load(t)
			require.Equal(t, test.want, fault)
		})
	}
}

func TestLoad_FaultsOfTheFile(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"unknown key":        {"persona: rfc\nlistn: :1\n", `DIR/c line 2: there is no option "listn"; did you mean listen?`},
		"other spelling":     {"publicUrl: https://h\n", `DIR/c line 1: there is no option "publicUrl"; did you mean public-url?`},
		"variable's name":    {"RATE_LIMIT: 1\n", `DIR/c line 1: there is no option "RATE_LIMIT"; did you mean rate-limit?`},
		"nothing near":       {"qwertyuiop: 1\n", `DIR/c line 1: there is no option "qwertyuiop"`},
		"config":             {"config: other.yaml\n", "DIR/c line 1: config cannot stand in a configuration file; take the line out"},
		"twice":              {"listen: :1\n\nlisten: :2\n", "DIR/c line 3: listen is given twice; take one out"},
		"list for one value": {"listen: [':1']\n", "DIR/c line 1: listen is a list; it takes one value"},
		"mapping":            {"listen:\n  host: h\n", "DIR/c line 1: listen must be a plain value or a list of them"},
		"mapping in a list":  {"token:\n  - name: n\n", "DIR/c line 1: token must be a plain value or a list of them"},
		"no value":           {"addr-file:\n", "DIR/c line 1: addr-file has no value; give it one or take the line out"},
		"null":               {"addr-file: ~\n", "DIR/c line 1: addr-file has no value; give it one or take the line out"},
		"empty secret":       {"admin-key: ''\n", "DIR/c line 1: admin-key is empty; give it a value or leave it out"},
		"empty secret list":  {"token: []\n", "DIR/c line 1: token is empty; give it a value or leave it out"},
		"a list at the top":  {"- listen\n", `DIR/c must hold option names and values, such as "listen: 127.0.0.1:8080"`},
		"two documents":      {"listen: :1\n---\nlisten: :2\n", "DIR/c holds more than one document; put all options into the first"},
		"not YAML":           {"listen: [\n", "DIR/c is not valid YAML: yaml: line 1: did not find expected node content"},
		"not YAML, later":    {"listen: :1\n---\n[\n", "DIR/c holds more than one document; put all options into the first"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, fault := source{args: []string{"--config=DIR/c"}, files: map[string]string{"c": test.text}}.load(t)
			require.Equal(t, test.want, fault)
		})
	}
}
