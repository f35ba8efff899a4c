package seed

import (
	"context"
	"errors"
	"fmt"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/clock"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
	"github.com/cinode-scim/cinode-scim/internal/store"
)

// Store is what loading needs of a database.
type Store interface {
	store.Moving
	Tenant(ctx context.Context, id int64) (cinode.Tenant, error)
	DeleteTenant(ctx context.Context, id int64, e store.AuditEntry) error
}

// Loader carries seed files into a database.
type Loader struct {
	Store Store
	// Registry are the schemas of the server, with which files were read.
	Registry *schema.Registry
	Clock    clock.Clock
	// Hash hashes a password as provisioning does. It is asked before anything is
	// written, and only where a file has passwords.
	Hash func(ctx context.Context, prepared string) (string, error)
	// Replace deletes the tenants that there are instead of keeping them.
	Replace bool
	// By is who the audit log says it was.
	By store.By
}

// Outcome is what became of a tenant of a file.
type Outcome string

// The outcomes.
const (
	Made     Outcome = "made"
	Kept     Outcome = "kept" // as it was: there is such a tenant
	Replaced Outcome = "replaced"
)

// Loaded says what became of a tenant. The numbers are those of the file.
type Loaded struct {
	Tenant  int64   `json:"tenant"`
	Outcome Outcome `json:"outcome"`
	Counts
}

// Load makes the tenants of a file, each in one transaction, all of it or nothing.
// One that is there already is kept as it is, so that a server can be started
// again with its file. After an error those before it are loaded.
func (l *Loader) Load(ctx context.Context, f *File) ([]Loaded, error) {
	var report []Loaded
	for _, t := range f.Tenants {
		outcome, err := l.load(ctx, f, t)
		if err != nil {
			return report, fmt.Errorf("load tenant %d of %s: %w", t.ID, f.Name, err)
		}
		report = append(report, Loaded{Tenant: t.ID, Outcome: outcome, Counts: t.Counts()})
	}
	return report, nil
}

func (l *Loader) load(ctx context.Context, f *File, t *Tenant) (Outcome, error) {
	outcome := Made
	switch _, err := l.Store.Tenant(ctx, t.ID); {
	case err == nil && !l.Replace:
		return Kept, nil
	case err == nil:
		outcome = Replaced
		entry := store.AuditEntry{By: l.By, Tenant: t.ID, At: l.Clock.Now(), Action: "tenant.delete", Detail: "for seed file " + f.Name}
		if err := l.Store.DeleteTenant(ctx, t.ID, entry); err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", err
		}
	case !errors.Is(err, store.ErrNotFound):
		return "", err
	}
	err := l.Make(ctx, f, t, t.ID)
	if errors.Is(err, store.ErrExists) { // another process was faster
		return Kept, nil
	}
	return outcome, err
}

// attempts is how often a database that is busy is asked.
const attempts = 5

// Make makes a tenant as one of a file describes it, under a number of its own;
// under another than the file's it has no tokens. The error is store.ErrExists if
// there is such a tenant.
func (l *Loader) Make(ctx context.Context, f *File, t *Tenant, id int64) error {
	hashes := map[int64]string{}
	for _, u := range t.Users {
		if u.Password == "" {
			continue
		}
		hash, err := l.Hash(ctx, u.Password)
		if err != nil {
			return fmt.Errorf("hash the password of user %d: %w", u.ID, err)
		}
		hashes[u.ID] = hash
	}
	now, c := l.Clock.Now(), t.Counts()
	entry := store.AuditEntry{
		By: l.By, Tenant: id, At: now, Action: "tenant.create",
		Detail: fmt.Sprintf("seed file %s: %d users, %d groups, %d teams, %d roles", f.Name, c.Users, c.Groups, c.Teams, c.Roles),
	}
	err := store.ErrBusy
	for i := 0; i < attempts && errors.Is(err, store.ErrBusy); i++ { // the store reads records once
		err = l.Store.Restore(ctx, id, l.Registry, t.Records(id, l.Registry, now, hashes), entry)
	}
	var taken *store.UniqueError
	if errors.As(err, &taken) && taken.Attribute == "secret" {
		return errors.New("one of its tokens has the secret of another tenant's token, which finds one only; choose another secret")
	}
	return err
}
