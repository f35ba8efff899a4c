package web

import (
	"encoding/base64"
	"net/http"
	"strings"
)

const flashCookie = "cinode_scim_flash"

// longestFlash is in letters: browsers drop cookies of more than 4 KiB.
const longestFlash = 600

// flash tells on the next page what a form has done. Kind is "success" or
// "warning".
type flash struct {
	Kind, Text string
}

// done goes on to a page that tells what was done.
func (v *visit) done(to, text string) error { return v.redirectWith(to, flash{"success", text}) }

func (v *visit) redirectWith(to string, f flash) error {
	f.Text = clipText(f.Text, longestFlash)
	http.SetCookie(v.w, v.flashCookie(base64.RawURLEncoding.EncodeToString([]byte(f.Kind+"\n"+f.Text)), 60))
	return v.redirect(to)
}

func (v *visit) flashCookie(value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: flashCookie, Value: value, Path: v.base(v.r), MaxAge: age,
		HttpOnly: true, Secure: v.Secure(v.r), SameSite: http.SameSiteStrictMode,
	}
}

// takeFlash reads what the page before has left, once. What is no text of ours is
// shown as text all the same: templates escape it.
func (v *visit) takeFlash() *flash {
	c, err := v.r.Cookie(flashCookie)
	if err != nil || c.Value == "" {
		return nil
	}
	http.SetCookie(v.w, v.flashCookie("", -1))
	text, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return nil
	}
	kind, said, _ := strings.Cut(string(text), "\n")
	return &flash{Kind: kind, Text: said}
}
