package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/cinode-scim/cinode-scim/internal/config"
)

// tlsConfig is nil where the server speaks plain HTTP.
func (s *Server) tlsConfig() (*tls.Config, error) {
	var certificate tls.Certificate
	var err error
	switch {
	case s.config.TLSCert != "":
		certificate, err = tls.LoadX509KeyPair(s.config.TLSCert, s.config.TLSKey)
		if err != nil {
			err = &config.Error{Message: fmt.Sprintf("--tls-cert and --tls-key cannot be used: %v", err)}
		}
	case s.config.TLSSelfSigned != "":
		certificate, err = selfSigned(s.config.TLSSelfSigned, s.certificateHosts(), s.clock.Now())
		if err != nil {
			err = &config.Error{Message: fmt.Sprintf("--tls-self-signed %s: %v", s.config.TLSSelfSigned, err)}
		}
	default:
		return nil, nil //nolint:nilnil // no TLS
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h2", "http/1.1"}}, err
}

func tlsListener(inner net.Listener, c *tls.Config) net.Listener { return tls.NewListener(inner, c) }

// certificateHosts are the names a certificate of our own must hold for.
func (s *Server) certificateHosts() []string {
	hosts := []string{"localhost", "127.0.0.1", "::1"}
	if host, _, err := net.SplitHostPort(s.config.Listen); err == nil && host != "" {
		hosts = append(hosts, host)
	}
	if s.config.PublicURL != nil {
		hosts = append(hosts, s.config.PublicURL.Hostname())
	}
	return hosts
}

// selfSigned makes a certificate authority and a certificate by it. The CA's
// certificate is written to ca.pem for clients; its key is thrown away.
func selfSigned(folder string, hosts []string, now time.Time) (tls.Certificate, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "cinode-scim test CA"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano() + 1), Subject: pkix.Name{CommonName: "cinode-scim"},
		NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(leaf.DNSNames, h)
		}
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), caKey)
	if err != nil {
		return tls.Certificate{}, err
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return tls.Certificate{}, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})
	err = os.WriteFile(filepath.Join(folder, "ca.pem"), text, 0o644) //nolint:gosec // clients must read it
	return tls.Certificate{Certificate: [][]byte{leafDER, caDER}, PrivateKey: key}, err
}
