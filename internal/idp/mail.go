package idp

import (
	"bytes"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"
)

// Mail is a message to the administrator, as a file that mail programs open.
type Mail struct {
	Name    string // of the file
	Message []byte // RFC 5322
}

// maxMails is how many messages are kept for Mails.
const maxMails = 100

// Mails gives the messages that no Options.OnMail took, oldest first.
func (p *Provider) Mails() []Mail {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Mail(nil), p.mails...)
}

// mailImport tells of a large import, and gives the name of the message.
func (p *Provider) mailImport(r ImportResult) string {
	p.mu.Lock()
	id, now, label := p.newID(idEvent), p.options.Clock.Now(), p.state.Application.DisplayLabel
	mail := Mail{
		Name:    fmt.Sprintf("import-%s-%s.eml", now.UTC().Format("20060102-150405"), id[:8]),
		Message: importMessage(id, now, label, r),
	}
	if p.options.OnMail == nil {
		p.mails = append(p.mails[max(0, len(p.mails)-maxMails+1):], mail)
	}
	p.mu.Unlock()
	if p.options.OnMail != nil {
		p.options.OnMail(mail.Name, mail.Message)
	}
	return mail.Name
}

func importMessage(id string, now time.Time, label string, r ImportResult) []byte {
	var b bytes.Buffer
	header := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	subject := mime.QEncoding.Encode("utf-8", "Your import of users from "+label+" is complete")
	header("From", "JumpCloud (simulated) <no-reply@example.com>")
	header("To", adminAddress)
	header("Date", now.UTC().Format(time.RFC1123Z))
	header("Subject", strings.ReplaceAll(subject, "?= =?", "?=\r\n =?")) // a line must not be long
	header("Message-ID", "<"+id+"@example.com>")
	header("MIME-Version", "1.0")
	header("Content-Type", "text/plain; charset=utf-8")
	header("Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(strings.ReplaceAll(importText(label, r), "\n", "\r\n"))) // a buffer takes all
	_ = w.Close()
	return b.Bytes()
}

func importText(label string, r ImportResult) string {
	var b strings.Builder
	fmt.Fprintf(&b, "The import of users from %s is complete.\n\n", label)
	fmt.Fprintf(&b, "Imported: %d\n", len(r.Imported))
	for _, c := range r.Imported {
		fmt.Fprintf(&b, "  %s\n", strings.TrimSpace(c.Username+"  "+c.Name))
	}
	fmt.Fprintf(&b, "\nIn the directory already: %d\n", len(r.Skipped))
	for _, c := range r.Skipped {
		fmt.Fprintf(&b, "  %s\n", c.Username)
	}
	fmt.Fprintf(&b, "\nNot imported: %d\n", len(r.Failed))
	for _, f := range r.Failed {
		fmt.Fprintf(&b, "  %s: %s\n", strings.TrimSpace(f.Username+" "+f.ID), f.Error)
	}
	if r.Warning != "" {
		fmt.Fprintf(&b, "\nWarning: %s.\n", r.Warning)
	}
	return b.String()
}
