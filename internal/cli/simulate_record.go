package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/idp/scenario"
	"github.com/cinode-scim/cinode-scim/internal/scimclient"
)

// recordScenario writes what a server's journal has as a scenario.
func (p *Program) recordScenario(ctx context.Context, f *simulateFlags, args []string) error {
	f.target.AdminKey = p.secret(f.target.AdminKey, simulateAdminKey)
	switch {
	case len(args) > 0:
		return &config.Error{Message: "--record plays nothing, so it takes no identity provider; choose whose requests with --client"}
	case f.target.AdminURL == "":
		return &config.Error{Message: "--admin-url is missing; --record reads the journal of a server of this project"}
	case f.target.AdminKey == "":
		return &config.Error{Message: "the admin key is missing; give it with --admin-key, or in " + simulateAdminKey}
	case f.target.Tenant < 0:
		return &config.Error{Message: "--tenant must be the number of a tenant"}
	}
	client := f.options.Provider.Client
	var err error
	if client.Allow, err = allowed(f.allow); err != nil {
		return err
	}
	bar := p.bar("reading the journal", -1)
	recorded, err := scenario.Record(ctx, f.target, client, scenario.RecordOptions{
		Client: f.client, Progress: func(done int) { bar.set(int64(done)) },
	})
	bar.end()
	var input *idp.InputError
	switch {
	case errors.Is(err, scimclient.ErrForbidden), errors.As(err, &input):
		return &config.Error{Message: err.Error()}
	case errors.Is(err, scenario.ErrUnreachable):
		return failed(ExitUnreachable, "%w", err)
	case err != nil:
		return failed(ExitFailed, "nothing was recorded: %w", err)
	}
	write := func(w io.Writer) error {
		_, err := w.Write(recorded.Text)
		return err
	}
	if f.record == standard {
		return write(p.Stdout)
	}
	if err := writeWhole(f.record, 0o644, write); err != nil {
		return err
	}
	text := fmt.Sprintf("%d requests by %s are in %s", recorded.Requests, recorded.Client, f.record)
	if recorded.Left > 0 {
		text += fmt.Sprintf("; %d are left out, which were refused for their token, came too often, had no answer, or went to no SCIM endpoint", recorded.Left)
	}
	fmt.Fprintln(p.Stdout, text)
	return nil
}
