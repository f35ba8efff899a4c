package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

// TestScript plays the sessions in testdata/script with the built program. Beside testscript's own commands there are:
//
//	exits CODE ARGS...         runs cinode-scim, which must end with that code
//	serve ARGS...              starts a server on a free port and waits until it is ready; its output is in serve.out and
//	                           serve.err, and URL, TOKEN and ADMIN_KEY are what it printed
//	stop                       ends the server with SIGTERM; it must exit 0
//	drain                      the same while a request is on its way, which must be answered
//	status CODE ARGS...        calls curl, which must get that status; the answer is in head and body
//	within DURATION status ... repeats status until it succeeds
//	postgres                   makes a database, POSTGRES
//	certificate                makes cert.pem for localhost, signed by itself, and key.pem
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			program := testenv.Program(t)
			env.Setenv("PATH", filepath.Dir(program)+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Values[sessionKey{}] = &session{program: program}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "serve": serve, "halt": halt, "drain": drain, "status": status, "within": within,
			"certificate": certificate,
			"postgres": func(ts *testscript.TestScript, _ bool, _ []string) {
				ts.Setenv("POSTGRES", testenv.Postgres(t)) // dropped when all scripts have ended
			},
		},
	})
}

type sessionKey struct{}

// session is the server of a script.
type session struct {
	program string
	server  *exec.Cmd
	ended   chan error
}

func sessionOf(ts *testscript.TestScript) *session {
	s, ok := ts.Value(sessionKey{}).(*session)
	if !ok {
		ts.Fatalf("no session")
	}
	return s
}

func check(ts *testscript.TestScript, neg bool, enough bool) {
	if neg || !enough {
		ts.Fatalf("usage: see TestScript")
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	check(ts, neg, len(args) > 0)
	if err := exitsWith(ts, args); err != nil {
		ts.Fatalf("%v", err)
	}
}

func exitsWith(ts *testscript.TestScript, args []string) error {
	code := "0"
	var exit *exec.ExitError
	if err := ts.Exec("cinode-scim", args[1:]...); errors.As(err, &exit) {
		code = strconv.Itoa(exit.ExitCode())
	} else if err != nil {
		return err
	}
	if code != args[0] {
		return errors.New("it ended with " + code)
	}
	return nil
}

func serve(ts *testscript.TestScript, neg bool, args []string) {
	s := sessionOf(ts)
	check(ts, neg, s.server == nil)
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		args = append([]string{"serve"}, args...)
	}
	s.server = exec.Command(s.program, append(args, "--listen=127.0.0.1:0")...) //nolint:noctx // stop and Defer end it
	s.server.Dir = ts.MkAbs(".")
	s.server.Env = environment(ts)
	stdout, err := s.server.StdoutPipe()
	ts.Check(err)
	stderr, err := os.Create(ts.MkAbs("serve.err"))
	ts.Check(err)
	s.server.Stderr = stderr
	ts.Check(s.server.Start())
	s.ended = make(chan error, 1)
	text, ready := greeting(ts, stdout)
	go func() {
		_, _ = io.Copy(io.Discard, stdout)
		err := s.server.Wait()
		_ = stderr.Close()
		s.ended <- err
	}()
	ts.Defer(func() {
		if s.server != nil {
			_ = s.server.Process.Kill()
			ts.Logf("the server was still running and is killed: %v", <-s.ended)
			s.server = nil
		}
	})
	ts.Check(os.WriteFile(ts.MkAbs("serve.out"), []byte(text), 0o600))
	if !ready {
		log, _ := os.ReadFile(ts.MkAbs("serve.err"))
		ts.Fatalf("it does not get ready: %s%s", text, log)
	}
}

// environment is the script's. Of testscript's own, variables are asked for by name.
func environment(ts *testscript.TestScript) []string {
	var variables []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "CINODE_SCIM_TOKEN", "CINODE_SCIM_TOKEN_FILE", "CINODE_SCIM_LISTN"} {
		if value := ts.Getenv(name); value != "" {
			variables = append(variables, name+"="+value)
		}
	}
	return variables
}

// greeting reads what a server prints until it is ready, and keeps what the script needs of it.
func greeting(ts *testscript.TestScript, stdout io.Reader) (text string, ready bool) {
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		text += lines.Text() + "\n"
		if secret, ok := strings.CutPrefix(lines.Text(), "SCIM token, shown once"); ok {
			ts.Setenv("TOKEN", strings.TrimSpace(secret))
		}
		if key, ok := strings.CutPrefix(lines.Text(), "Admin key, shown once"); ok {
			ts.Setenv("ADMIN_KEY", strings.TrimSpace(key))
		}
		if url, ok := strings.CutPrefix(lines.Text(), "ready: "); ok {
			ts.Setenv("URL", url)
			return text, true
		}
	}
	return text, false
}

func halt(ts *testscript.TestScript, neg bool, _ []string) {
	s := sessionOf(ts)
	check(ts, neg, s.server != nil)
	ts.Check(s.server.Process.Signal(syscall.SIGTERM))
	waitForEnd(ts, s)
}

func waitForEnd(ts *testscript.TestScript, s *session) {
	select {
	case err := <-s.ended:
		s.server = nil
		ts.Check(err)
	case <-time.After(30 * time.Second):
		ts.Fatalf("the server does not end")
	}
}

func drain(ts *testscript.TestScript, neg bool, _ []string) {
	s := sessionOf(ts)
	check(ts, neg, s.server != nil)
	address := strings.TrimPrefix(ts.Getenv("URL"), "http://")
	conn, err := net.Dial("tcp", address) //nolint:noctx // loopback
	ts.Check(err)
	defer func() { _ = conn.Close() }()
	ts.Check(conn.SetDeadline(time.Now().Add(30 * time.Second)))
	const body = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"slow@example.com","name":{"givenName":"Slow","familyName":"Ode"}}`
	_, err = io.WriteString(conn, "POST /scim/v2/Users HTTP/1.1\r\nHost: "+address+"\r\nAuthorization: Bearer "+ts.Getenv("TOKEN")+
		"\r\nExpect: 100-continue\r\nContent-Type: application/scim+json\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n")
	ts.Check(err)
	reader := bufio.NewReader(conn)
	line, err := reader.ReadString('\n') // written when the handler begins to read the body
	ts.Check(err)
	if !strings.Contains(line, "100 Continue") {
		ts.Fatalf("the server says %s", line)
	}
	_, err = reader.ReadString('\n')
	ts.Check(err)
	ts.Check(s.server.Process.Signal(syscall.SIGTERM))
	for !strings.Contains(ts.ReadFile("serve.err"), "draining") {
		<-time.After(time.Millisecond)
	}
	_, err = io.WriteString(conn, body)
	ts.Check(err)
	answer, err := http.ReadResponse(reader, nil)
	ts.Check(err)
	_, err = io.Copy(io.Discard, answer.Body)
	ts.Check(errors.Join(err, answer.Body.Close()))
	if answer.StatusCode != http.StatusCreated {
		ts.Fatalf("the request on its way got %s", answer.Status)
	}
	waitForEnd(ts, s)
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	check(ts, neg, len(args) > 1)
	if err := statusIs(ts, args); err != nil {
		ts.Fatalf("%v", err)
	}
}

func statusIs(ts *testscript.TestScript, args []string) error {
	arguments := append([]string{"-sS", "-D", ts.MkAbs("head"), "-o", ts.MkAbs("body"), "-w", "%{http_code}"}, args[1:]...)
	if err := ts.Exec("curl", arguments...); err != nil {
		return err
	}
	if code := ts.ReadFile("stdout"); code != args[0] {
		return errors.New("the status is " + code + ": " + ts.ReadFile("body"))
	}
	return nil
}

func within(ts *testscript.TestScript, neg bool, args []string) {
	check(ts, neg, len(args) > 2 && args[1] == "status")
	limit, err := time.ParseDuration(args[0])
	ts.Check(err)
	deadline := time.Now().Add(limit)
	for {
		err := statusIs(ts, args[2:])
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%v", err)
		}
		<-time.After(20 * time.Millisecond)
	}
}

func certificate(ts *testscript.TestScript, neg bool, _ []string) {
	check(ts, neg, true)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	public, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: public}), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
}
