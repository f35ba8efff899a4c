package server_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cinode-scim/cinode-scim/internal/config"
	"github.com/cinode-scim/cinode-scim/internal/server"
)

const userBody = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"slow@example.com","name":{"givenName":"Slow","familyName":"Ode"}}`

// wire is a connection that a test writes requests to bit by bit.
type wire struct {
	net.Conn
	reader *bufio.Reader
}

func dial(t *testing.T, s *running) wire {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	return wire{conn, bufio.NewReader(conn)}
}

// beginPost sends all but the body of a request, and waits until the server asks for that.
func (w wire) beginPost(t *testing.T) {
	t.Helper()
	_, err := fmt.Fprintf(w, "POST /scim/v2/Users HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer one\r\n"+
		"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(userBody))
	require.NoError(t, err)
	line, err := w.reader.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
	_, err = w.reader.ReadString('\n')
	require.NoError(t, err)
}

func (w wire) status(t *testing.T) int {
	t.Helper()
	response, err := http.ReadResponse(w.reader, nil)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode
}

func TestRun_DrainsRequestsOnTheirWay(t *testing.T) {
	t.Parallel()
	for kind, database := range databases(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := run(t, database, tokens)
			slow := dial(t, s)
			slow.beginPost(t)
			s.stop()
			require.Eventually(t, func() bool { return strings.Contains(s.log.String(), "msg=draining") }, 5*time.Second, time.Millisecond)
			_, err := io.WriteString(slow, userBody)
			require.NoError(t, err)
			require.Equal(t, http.StatusCreated, slow.status(t))
			require.NoError(t, s.ended())
			require.NotContains(t, s.log.String(), "cut off")
		})
	}
}

func TestRun_CutsOffWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	s := run(t, tokens, "--shutdown-timeout=10ms")
	slow := dial(t, s)
	slow.beginPost(t)
	s.stop()
	require.NoError(t, s.ended())
	require.Contains(t, s.log.String(), "requests were cut off")
	_, err := slow.reader.ReadByte()
	require.Error(t, err)
}

func TestRun_AddressFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "address")
	s := run(t, "--addr-file="+path)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, s.url+"\n", "http://"+string(text))
	found, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, found, 1, "nothing is left beside it")
}

func TestRun_CannotStart(t *testing.T) {
	t.Parallel()
	s := run(t)
	taken := strings.TrimPrefix(s.url, "http://")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for flag, want := range map[string]string{
		"--listen=" + taken:            "cannot listen on " + taken + ": ",
		"--addr-file=" + file + "/x":   "--addr-file cannot be written: ",
		"--tls-self-signed=" + file:    "--tls-self-signed " + file + ": ",
		"--tls-cert=none,--tls-key=no": "--tls-cert and --tls-key cannot be used: open none: ",
	} {
		other, err := server.New(t.Context(), options(t, strings.Split(flag, ",")...), slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		err = other.Run(t.Context(), func(string) { require.Fail(t, "it is ready") })
		var usage *config.Error
		require.ErrorAs(t, err, &usage)
		require.ErrorContains(t, err, want)
	}
}

func TestRun_WarnsWhenTokensCrossANetworkInClear(t *testing.T) {
	t.Parallel()
	const warning = "tokens can be read on the way"
	open := run(t, "--listen=0.0.0.0:0")
	require.True(t, strings.HasPrefix(open.url, "http://127.0.0.1:"), open.url)
	require.Equal(t, http.StatusOK, open.call(t, "/livez").status)
	require.Contains(t, open.log.String(), warning)
	require.NotContains(t, run(t).log.String(), warning)
	require.NotContains(t, run(t, "--listen=0.0.0.0:0", "--trusted-proxies=10.0.0.0/8").log.String(), warning)
	require.NotContains(t, run(t, "--listen=0.0.0.0:0", "--tls-self-signed="+t.TempDir()).log.String(), warning)
}

func TestTLS_SelfSigned(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "made", "ca")
	s := run(t, tokens, "--tls-self-signed="+folder, "--public-url=https://scim.example.com")
	ca, err := os.ReadFile(filepath.Join(folder, "ca.pem"))
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(ca))
	s.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	a := s.call(t, "/scim/v2/Users", bearer("one"))
	require.Equal(t, http.StatusOK, a.status)

	address := strings.TrimPrefix(s.url, "https://")
	for _, name := range []string{"localhost", "127.0.0.1", "::1", "scim.example.com"} {
		dialer := &tls.Dialer{Config: &tls.Config{RootCAs: pool, ServerName: name, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"}}}
		conn, err := dialer.DialContext(t.Context(), "tcp", address)
		require.NoError(t, err, name)
		encrypted, ok := conn.(*tls.Conn)
		require.True(t, ok)
		require.Equal(t, "h2", encrypted.ConnectionState().NegotiatedProtocol)
		require.NoError(t, conn.Close())
	}
	old := &tls.Dialer{Config: &tls.Config{RootCAs: pool, MaxVersion: tls.VersionTLS11}} //nolint:gosec // it must be refused
	_, err = old.DialContext(t.Context(), "tcp", address)
	require.Error(t, err)
}
