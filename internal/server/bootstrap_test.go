package server_test

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/server"
	"github.com/cinode-scim/cinode-scim/internal/store"
	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func TestBootstrap_TenServersOnOneDatabase(t *testing.T) {
	t.Parallel()
	c := options(t, "--database="+testenv.Postgres(t))
	var servers [10]*server.Server
	var errs [10]error
	var group sync.WaitGroup
	for i := range servers {
		group.Go(func() { servers[i], errs[i] = server.New(t.Context(), c, slog.New(slog.DiscardHandler)) })
	}
	group.Wait()
	var secrets, keys []string
	for i, s := range servers {
		require.NoError(t, errs[i])
		t.Cleanup(s.Close)
		if w := s.Welcome(); w.Token != "" {
			secrets = append(secrets, w.Token)
		}
		if w := s.Welcome(); w.AdminKey != "" {
			keys = append(keys, w.AdminKey)
		}
	}
	require.Len(t, secrets, 1, "one token is shown in all")
	require.Len(t, keys, 1, "one admin key is shown in all")
	for _, s := range servers {
		require.Equal(t, http.StatusOK, fixture{Server: s}.do(t, "/scim/v2/Users", bearer(secrets[0])).status)
	}
}

func TestBootstrap_SecondStartShowsNothing(t *testing.T) {
	t.Parallel()
	c := options(t, "--database="+filepath.Join(t.TempDir(), "scim.db"))
	first, err := server.New(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	w := first.Welcome()
	require.Regexp(t, `^csc_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$`, w.Token)
	require.Regexp(t, `^csa_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$`, w.AdminKey)
	first.Close()

	second, err := server.New(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(second.Close)
	require.Zero(t, second.Welcome())
	require.Equal(t, http.StatusOK, fixture{Server: second}.do(t, "/scim/v2/Users", bearer(w.Token)).status)
}

func TestBootstrap_FixedTokens(t *testing.T) {
	t.Parallel()
	database := "--database=" + filepath.Join(t.TempDir(), "scim.db")
	f := newFixture(t, database, "--token=ci=one,5/ci=five", "--persona=rfc", "--admin-key=key")
	require.Zero(t, f.Welcome(), "what was given is not shown")
	tenant, err := f.Store().Tenant(t.Context(), 5)
	require.NoError(t, err)
	require.Equal(t, "rfc", tenant.Persona)
	require.Equal(t, http.StatusOK, f.do(t, "/scim/tenants/5/v2/Users", bearer("five")).status)

	again := newFixture(t, database, "--token=5/CI=six")
	require.Zero(t, again.Welcome())
	require.Equal(t, http.StatusOK, again.do(t, "/scim/tenants/5/v2/Users", bearer("six")).status)
	require.Equal(t, http.StatusUnauthorized, again.do(t, "/scim/tenants/5/v2/Users", bearer("five")).status, "the name has a new secret")
	require.Equal(t, http.StatusOK, again.do(t, "/scim/v2/Users", bearer("one")).status, "what is not named stays")

	_, err = server.New(t.Context(), options(t, database, "--token=other=six"), slog.New(slog.DiscardHandler))
	var usage *config.Error
	require.ErrorAs(t, err, &usage)
	require.EqualError(t, err, "the secret of --token other is another token's; choose a different one")
}

// A token that was revoked or has expired works again when the command line gives it.
func TestBootstrap_FixedTokenIsRenewed(t *testing.T) {
	t.Parallel()
	database := "--database=" + filepath.Join(t.TempDir(), "scim.db")
	f := newFixture(t, database, "--token=ci=one")
	require.NoError(t, f.Store().RevokeToken(t.Context(), 1, "ci", time.Now().UTC(), store.AuditEntry{}))
	again := newFixture(t, database, "--token=ci=one")
	require.Equal(t, http.StatusOK, again.do(t, "/scim/v2/Users", bearer("one")).status)
}

func TestBootstrap_OnlyOtherTenantsGetFixedTokens(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "--token=2/ci=two")
	require.NotEmpty(t, f.Welcome().Token, "tenant 1 is made and can be used")
	require.Equal(t, http.StatusOK, f.do(t, "/scim/tenants/1/v2/Users", bearer(f.Welcome().Token)).status)
	tokens, err := f.Store().Tokens(t.Context(), 1, "", 1000)
	require.NoError(t, err)
	require.Len(t, tokens, 1)
	require.Equal(t, cinode.AllScopes, tokens[0].Scopes)
}

func TestNew_DatabaseThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, database := range []string{
		"postgres://127.0.0.1:1/scim?connect_timeout=5", filepath.Join(t.TempDir(), "none", "scim.db"), t.TempDir(),
	} {
		_, err := server.New(t.Context(), options(t, "--database="+database), slog.New(slog.DiscardHandler))
		var unusable *server.DatabaseError
		require.ErrorAs(t, err, &unusable, database)
	}
	_, err := server.New(t.Context(), options(t, "--migrate=false", "--database="+testenv.Postgres(t)), slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "run `cinode-scim migrate up`")
}

// What a start would make as it is stays, with its last use, and is no line of the audit log.
func TestBootstrap_FixedTokenStays(t *testing.T) {
	t.Parallel()
	database := "--database=" + filepath.Join(t.TempDir(), "scim.db")
	const half = 365 * 24 * time.Hour / 2
	var audited []string
	start := func(tokens string) store.Store {
		f := newFixture(t, database, "--token="+tokens)
		log, err := f.Store().AuditLog(t.Context(), store.AuditParams{Action: "token", Limit: 100})
		require.NoError(t, err)
		audited = nil
		for _, e := range log {
			audited = append(audited, e.Action+" "+e.Target)
		}
		return f.Store()
	}
	start("ci=one,5/ci=five")
	require.Len(t, audited, 2)
	use := cinode.Use{At: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), Address: "192.0.2.1", Client: "c"}
	db := start("CI=one,5/ci=five")
	require.Len(t, audited, 2, "nothing has changed")
	require.NoError(t, db.TouchTokens(t.Context(), []store.TokenUse{{Hash: cinode.HashSecret("one"), Use: use}}))
	token, err := start("ci=one,5/ci=five").Token(t.Context(), 1, "ci")
	require.NoError(t, err)
	require.Equal(t, use, token.LastUsed)

	token.Expires = time.Now().Add(half - 48*time.Hour).UTC()
	require.NoError(t, db.PutToken(t.Context(), token, cinode.HashSecret("one"), store.AuditEntry{}))
	token, err = start("ci=one").Token(t.Context(), 1, "ci")
	require.NoError(t, err)
	require.Greater(t, time.Until(token.Expires), half, "it is renewed before it ends")
	require.Equal(t, "token.replace tokens/ci", audited[0])
	require.NoError(t, db.RevokeToken(t.Context(), 5, "ci", time.Now().UTC(), store.AuditEntry{}))
	token, err = start("5/ci=five").Token(t.Context(), 5, "ci")
	require.NoError(t, err)
	require.Zero(t, token.Revoked)
}
