package cli

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cinode-scim/cinode-scim/internal/admin"
	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

func (p *Program) adminKey() *cobra.Command {
	c := &cobra.Command{Use: "admin-key", Short: "Rotate the admin key"}
	rotate := &cobra.Command{Use: "rotate", Short: "Make a new admin key, print it once, and end all sessions of the old one", Args: cobra.NoArgs}
	config.Register(rotate.Flags(), config.Names("admin-key rotate")...)
	rotate.RunE = func(c *cobra.Command, _ []string) error {
		return p.withNewAdmin(c, func(ctx context.Context, _ *config.Config, cases *admin.Service) error {
			key, err := cases.RotateAdminKey(ctx, by)
			if err != nil {
				return err
			}
			fmt.Fprintln(p.Stdout, key)
			return nil
		})
	}
	c.AddCommand(rotate)
	return c
}

// healthcheck asks /readyz, for containers that have no shell.
func (p *Program) healthcheck() *cobra.Command {
	c := &cobra.Command{Use: "healthcheck", Short: "Exit 0 when the server is ready", Args: cobra.NoArgs}
	config.Register(c.Flags(), config.Names("healthcheck")...)
	url := c.Flags().String("url", "", "base URL of the server; follows from --addr-file or --listen if left out")
	timeout := c.Flags().Duration("timeout", 3*time.Second, "how long to wait for an answer")
	c.RunE = func(c *cobra.Command, _ []string) error {
		cfg, err := p.load(c)
		if err != nil {
			return err
		}
		base := *url
		if base == "" {
			if base, err = localURL(cfg); err != nil {
				return err
			}
		}
		return checkHealth(c.Context(), strings.TrimRight(base, "/")+"/readyz", *timeout)
	}
	return c
}

// localURL is where a server with these options listens on this machine.
func localURL(cfg *config.Config) (string, error) {
	address := cfg.Listen
	if cfg.AddrFile != "" {
		text, err := os.ReadFile(cfg.AddrFile)
		if err != nil {
			return "", failed(ExitUnreachable, "the server is not up: %w", err)
		}
		address = strings.TrimSpace(string(text))
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", &config.Error{Message: fmt.Sprintf("%q is no address; give --url", address)}
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http://"
	if cfg.TLSCert != "" || cfg.TLSSelfSigned != "" {
		scheme = "https://"
	}
	return scheme + net.JoinHostPort(host, port), nil
}

func checkHealth(ctx context.Context, url string, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return &config.Error{Message: fmt.Sprintf("--url: %v", err)}
	}
	// The server is this machine's own; its certificate names the outside.
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // see above
	answer, err := client.Do(request)
	if err != nil {
		return failed(ExitUnreachable, "the server cannot be reached: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return failed(ExitFailed, "the server is not ready: %s answers %s", url, answer.Status)
	}
	return nil
}

func (p *Program) printConfig() *cobra.Command {
	c := &cobra.Command{Use: "print-config", Short: "Print the effective options and where each came from, secrets masked", Args: cobra.NoArgs}
	config.Register(c.Flags(), config.Names("print-config")...)
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		cfg, err := p.load(c)
		if err != nil {
			return err
		}
		if *asJSON {
			return p.printJSON(cfg.Describe())
		}
		for _, s := range cfg.Describe() {
			fmt.Fprintf(p.Stdout, "%-18s %-32s # %s\n", s.Name+":", s.Value, s.Source)
		}
		return nil
	}
	return c
}

func (p *Program) version() *cobra.Command {
	c := &cobra.Command{Use: "version", Short: "Print what this binary is", Args: cobra.NoArgs}
	asJSON := jsonFlag(c)
	c.RunE = func(*cobra.Command, []string) error {
		b := telemetry.Build()
		if *asJSON {
			return p.printJSON(b)
		}
		fmt.Fprintf(p.Stdout, "cinode-scim %s", b.Version)
		for _, part := range []string{b.Commit, b.Date, b.Go} {
			if part != "" {
				fmt.Fprintf(p.Stdout, " %s", part)
			}
		}
		fmt.Fprintln(p.Stdout)
		return nil
	}
	return c
}
