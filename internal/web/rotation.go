package web

import (
	"regexp"
	"strconv"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/cinode"
)

// rotation are a token and its successor, both live until the old one is revoked.
// The server keeps no such pair: the address of the page does.
type rotation struct {
	Old, New tokenView
	Watch    string // the page that shows how it goes
}

// Moved reports whether the client uses the new token, and the old one not since.
func (r rotation) Moved() bool {
	return !r.New.LastUsed.At.IsZero() && !r.Old.LastUsed.At.After(r.New.LastUsed.At)
}

type rotationPage struct {
	frame
	Old      tokenView
	Form     tokenForm // to make the successor
	Rotation *rotation // once there is one
	Back     string
}

func (v *visit) rotation(old, next cinode.Token) *rotation {
	return &rotation{Old: v.viewToken(old), New: v.viewToken(next), Watch: v.url("tokens/rotate", "name", old.Name, "successor", next.Name)}
}

func (v *visit) showRotation() error {
	old, err := v.Admin.Token(v.r.Context(), v.Tenant.ID, v.query("name"))
	if err != nil {
		return err
	}
	if name := v.query("successor"); name != "" {
		next, err := v.Admin.Token(v.r.Context(), v.Tenant.ID, name)
		if err != nil {
			return err
		}
		return v.show("token-rotate", rotationPage{
			frame: v.frame("Rotate " + old.Name), Old: v.viewToken(old), Rotation: v.rotation(old, next), Back: v.url("tokens"),
		})
	}
	return v.askForSuccessor(200, old, newForm("name", successor(old.Name), "expires", lifetime(old)))
}

func (v *visit) askForSuccessor(status int, old cinode.Token, f form) error {
	return v.showAs(status, "token-rotate", rotationPage{
		frame: v.frame("Rotate " + old.Name), Old: v.viewToken(old), Form: newTokenForm(f), Back: v.url("tokens"),
	})
}

// rotateToken makes a successor with the rights of the old token.
func (v *visit) rotateToken() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	old, err := v.Admin.Token(v.r.Context(), v.Tenant.ID, f.Values.Get("of"))
	if err != nil {
		return err
	}
	in := admin.TokenInput{Tenant: v.Tenant.ID, Name: f.Value("name"), Audience: old.Audience, UserID: old.UserID, Expires: v.expiry(&f)}
	for _, s := range old.Scopes {
		in.Scopes = append(in.Scopes, string(s))
	}
	if f.Errors != nil {
		return v.askForSuccessor(422, old, f)
	}
	t, secret, err := v.Admin.CreateToken(v.r.Context(), v.by(), in)
	if err != nil {
		if f.refused(err, "name", "expires") {
			return v.askForSuccessor(422, old, f)
		}
		return err
	}
	r := v.rotation(old, t)
	return v.showSecret(t, secret, r, r.Watch)
}

var counted = regexp.MustCompile(`^(.*\S)\s+(\d{1,6})$`)

// successor is the name that a successor is offered: "entra 2" after "entra".
func successor(name string) string {
	if m := counted.FindStringSubmatch(name); m != nil {
		if n, err := strconv.Atoi(m[2]); err == nil {
			return m[1] + " " + strconv.Itoa(n+1)
		}
	}
	return name + " 2"
}

// lifetime is the choice that comes next to how long a token was made for.
func lifetime(t cinode.Token) string {
	days := int(t.Expires.Sub(t.Created).Hours() / 24)
	for _, n := range []int{30, 90, 180} {
		if days <= n+1 {
			return strconv.Itoa(n)
		}
	}
	return "365"
}
