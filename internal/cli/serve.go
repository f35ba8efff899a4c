package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/server"
	"github.com/cinode-scim/cinode-scim/internal/telemetry"
)

func (p *Program) serve(name string) *cobra.Command {
	c := &cobra.Command{
		Use:   name,
		Short: "Run the server",
		Long:  "serve runs the server until SIGTERM. It prints the base URLs, what was made at the first start, and a link that\nsigns in to the pages once, within ten minutes.",
		Example: "  cinode-scim                                          # a file in this folder, port 8080\n" +
			"  cinode-scim serve --database :memory: --token ci=SECRET --listen 127.0.0.1:0\n" +
			"  cinode-scim serve --database postgres://localhost/scim --public-url https://scim.example.com",
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := p.load(c)
			if err != nil {
				return err
			}
			logger, err := telemetry.NewLogger(p.Stderr, cfg.LogFormat, cfg.LogLevel)
			if err != nil {
				return &config.Error{Message: err.Error()}
			}
			s, err := server.New(c.Context(), cfg, logger)
			if err != nil {
				return err
			}
			return s.Run(c.Context(), func(url string) { p.greet(cfg, s, url) })
		},
	}
	config.Register(c.Flags(), config.Names("serve")...)
	return c
}

// greet tells what a person needs to call the server. The last line is for
// scripts that wait for it.
func (p *Program) greet(cfg *config.Config, s *server.Server, url string) {
	w := s.Welcome()
	public := url
	if cfg.PublicURL != nil {
		public = cfg.PublicURL.String()
	}
	line := func(what, value string) { fmt.Fprintf(p.Stdout, "%-26s%s\n", what, value) }
	line("SCIM base URL", public+"/scim/v2")
	line("SCIM base URL of tenant 1", public+"/scim/tenants/1/v2")
	token := w.Token
	if token != "" {
		line("SCIM token, shown once", token)
	} else {
		token = "$TOKEN"
	}
	if w.AdminKey != "" {
		line("Admin key, shown once", w.AdminKey)
	}
	line("Admin pages (10 minutes)", public+"/admin/#code="+s.SignInCode())
	insecure := ""
	if cfg.TLSSelfSigned != "" {
		insecure = "--cacert " + cfg.TLSSelfSigned + "/ca.pem "
	}
	fmt.Fprintf(p.Stdout, "\n  curl %s-H \"Authorization: Bearer %s\" %s/scim/v2/Users\n\n", insecure, token, url)
	fmt.Fprintf(p.Stdout, "ready: %s\n", url)
}
