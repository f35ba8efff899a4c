package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"github.com/cinode-scim/cinode-scim/internal/adminkey"
)

func (p *pages) signInRoutes(r chi.Router) {
	r.Get("/sign-in", p.open((*visit).showSignIn))
	r.Post("/sign-in", p.open((*visit).signIn))
	r.Post("/sign-in/code", p.open((*visit).signInByCode))
	r.Post("/sign-out", p.signedIn((*visit).signOut))
}

// signInPage asks for the admin key. Resend is the form that came when the session
// had ended, and To where it was sent.
type signInPage struct {
	frame
	Next       string
	To, Resend string
	Error      string
}

func (v *visit) signInPage() signInPage { return signInPage{frame: v.frame("Sign in")} }

func (v *visit) showSignIn() error {
	if v.session != (session{}) {
		return v.redirect(v.localPath(v.query("next")))
	}
	page := v.signInPage()
	page.Next = v.query("next")
	return v.show("sign-in", page)
}

// askToSignIn answers a page or form of one who is not signed in. A form is kept,
// to be sent again after sign-in.
func (v *visit) askToSignIn() error {
	if v.r.Method == http.MethodGet || v.r.Method == http.MethodHead {
		return v.redirect(v.base(v.r) + "/sign-in" + query([]string{"next", v.here()}))
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	page := v.signInPage()
	page.To, page.Resend = v.here(), f.Values.Encode()
	page.Error = "Your session has ended. Sign in again: what you typed is kept."
	return v.showAs(http.StatusUnauthorized, "sign-in", page)
}

func (v *visit) signIn() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	err = v.Guard.Try(v.w, v.r, v.ClientIP(v.r), func() error {
		return adminkey.Check(v.r.Context(), v.Keys, f.Value("key"))
	})
	if status, sentence := wrongKey(err); status != 0 {
		page := v.signInPage()
		page.Next, page.To, page.Resend, page.Error = f.Value("next"), f.Value("to"), f.Value("resend"), sentence
		return v.showAs(status, "sign-in", page)
	}
	if err != nil {
		return err
	}
	if err := v.begin(); err != nil {
		return err
	}
	if typed, err := url.ParseQuery(f.Value("resend")); err == nil && f.Value("to") != "" {
		return v.show("resend", resendPage{frame: v.frame("Welcome back"), To: v.localPath(f.Value("to")), Typed: typed})
	}
	return v.redirect(v.localPath(f.Value("next")))
}

// resendPage sends a form that came when the session had ended.
type resendPage struct {
	frame
	To    string
	Typed url.Values
}

func wrongKey(err error) (status int, sentence string) {
	switch {
	case errors.Is(err, adminkey.ErrWrong):
		return http.StatusUnauthorized, "This is not the admin key. It was shown when the server started for the first time; " +
			"“cinode-scim admin-key rotate” makes a new one."
	case errors.Is(err, adminkey.ErrGuessing):
		return http.StatusTooManyRequests, "Too many wrong keys came from your address. Wait a minute, then try again."
	default:
		return 0, ""
	}
}

// signInByCode answers the script that read a code out of the address bar.
func (v *visit) signInByCode() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	err = v.Guard.Try(v.w, v.r, v.ClientIP(v.r), func() error {
		if !v.codes.take(f.Value("code")) {
			return adminkey.ErrWrong
		}
		return nil
	})
	switch {
	case errors.Is(err, adminkey.ErrWrong):
		http.Error(v.w, "This link has been used or is older than ten minutes. Sign in with the admin key.", http.StatusUnauthorized)
		return nil
	case errors.Is(err, adminkey.ErrGuessing):
		http.Error(v.w, "Too many wrong codes or keys came from your address. Wait a minute, then try again.", http.StatusTooManyRequests)
		return nil
	case err != nil:
		return err
	}
	if err := v.begin(); err != nil {
		return err
	}
	v.w.WriteHeader(http.StatusNoContent)
	return nil
}

// signOut ends the session on this process too, should the cookie live on in
// somebody's copy.
func (v *visit) signOut() error {
	v.ended.add(v.session)
	v.setSession("", -1)
	return v.redirect(v.base(v.r) + "/sign-in")
}
