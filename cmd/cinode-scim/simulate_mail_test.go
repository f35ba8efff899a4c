package main

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// Of an import of a hundred and more an e-mail tells when it is complete.
func TestSimulate_LargeImportByMail(t *testing.T) {
	t.Parallel()
	for _, users := range []int{99, 150} {
		t.Run(fmt.Sprint(users), func(t *testing.T) {
			t.Parallel()
			server, folder := testenv.Serve(t, "--database=:memory:", "--token=first=one"), t.TempDir()
			var story strings.Builder
			story.WriteString("name: large\nsteps:\n  - onTarget:\n      users:\n")
			for i := range users {
				fmt.Fprintf(&story, "        - {userName: \"u%03d@example.com\", givenName: Åsa, familyName: \"Ek %d\"}\n", i, i)
			}
			story.WriteString("  - activate:\n  - import: new\n")
			file := filepath.Join(folder, "large.yaml")
			require.NoError(t, os.WriteFile(file, []byte(story.String()), 0o600))
			picked := filepath.Join(folder, "picked")
			var names strings.Builder
			for i := range users {
				fmt.Fprintf(&names, "u%03d@example.com\n", i)
			}
			require.NoError(t, os.WriteFile(picked, []byte(names.String()), 0o600))
			ended := run(t, simulation(t, "jumpcloud", server.URL+"/scim/v2", "--token", "one",
				"--scenario", file, "--select", picked, "--mail", filepath.Join(folder, "mails")))
			require.Zero(t, ended.code, ended.stdout+ended.stderr)
			written, err := filepath.Glob(filepath.Join(folder, "mails", "*.eml"))
			require.NoError(t, err)
			if users < 100 {
				require.Empty(t, written)
				return
			}
			require.Len(t, written, 1)
			text := readImportMail(t, written[0])
			require.Contains(t, text, "The import of users from Cinode is complete.")
			require.Contains(t, text, fmt.Sprintf("Imported: %d\r\n", users))
			require.Contains(t, text, "  u149@example.com  Åsa Ek 149\r\n")
			require.Contains(t, text, "members of no bound group")
		})
	}
}

// readImportMail is what a message says to whom reads it with a mail program.
func readImportMail(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	require.NoError(t, err)
	_, err = message.Header.Date()
	require.NoError(t, err)
	_, err = message.Header.AddressList("To")
	require.NoError(t, err)
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, "Your import of users from Cinode is complete", subject)
	text, err := io.ReadAll(quotedprintable.NewReader(message.Body))
	require.NoError(t, err)
	return string(text)
}
