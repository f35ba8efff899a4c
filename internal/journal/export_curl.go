package journal

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// longestArgument is well below what Linux takes as one argument of a program.
const longestArgument = 64 << 10

// exportCurl writes a bash script. Every literal stands in single quotes, in
// which bash reads nothing but their end.
func exportCurl(exchanges []Exchange) []byte {
	all, variables := outgoings(exchanges)
	var b bytes.Buffer
	fmt.Fprintf(&b, "#!/usr/bin/env bash\n# Recorded by cinode-scim. Secrets are taken from the environment.\n")
	fmt.Fprintf(&b, "if [ -z \"${%[1]s:-}\" ]; then %[1]s=%[2]s; fi\n", baseVariable, quoteShell(base(exchanges)))
	fmt.Fprintf(&b, "%[1]s=${%[1]s%%/}\n", baseVariable)
	for _, v := range variables {
		fmt.Fprintf(&b, ": \"${%s:?set it to the secret that was masked}\"\n", v)
	}
	for _, o := range all {
		fmt.Fprintf(&b, "\n# %s\n", o.title)
		for _, remark := range o.remarks {
			fmt.Fprintf(&b, "# Note: %s\n", remark)
		}
		o.curl(&b)
	}
	return b.Bytes()
}

func (o outgoing) curl(b *bytes.Buffer) {
	body := o.body
	if o.method == http.MethodHead && len(body) > 0 {
		b.WriteString("# Note: curl sends no body with HEAD\n")
		body = nil
	}
	// An argument cannot hold NUL, nor without end.
	piped := len(body) > longestArgument || bytes.IndexByte(body, 0) >= 0
	if piped {
		b.WriteString("printf " + quoteShell(escapeFormat(string(body))) + " | ")
	}
	// The address is not to be read as a pattern, and not to be tidied up.
	b.WriteString("curl --disable --silent --show-error --include --globoff --path-as-is")
	if o.method == http.MethodHead {
		b.WriteString(" --head")
	} else {
		b.WriteString(" --request " + quoteShell(o.method))
	}
	if o.has("Accept-Encoding") {
		b.WriteString(" --compressed")
	}
	for _, h := range o.headers {
		b.WriteString(" \\\n  --header " + h.curl())
	}
	// What curl would add of its own.
	for _, name := range []string{"User-Agent", "Accept", "Content-Type", "Expect"} {
		if !o.has(name) && (len(body) > 0 || name != "Content-Type" && name != "Expect") {
			b.WriteString(" \\\n  --header " + name + ":")
		}
	}
	switch {
	case piped:
		b.WriteString(" \\\n  --data-binary @-")
	case len(body) > 0:
		b.WriteString(" \\\n  --data-raw " + quoteShell(string(body)))
	case o.method == http.MethodPost || o.method == http.MethodPut || o.method == http.MethodPatch:
		b.WriteString(" \\\n  --header 'Content-Length: 0'")
	}
	address := []part{{variable: baseVariable}, {literal: o.path}}
	if o.asked {
		address = append(append(address, part{literal: "?"}), o.query...)
	}
	b.WriteString(" \\\n  " + shellParts(address) + "\n")
}

func (f field) curl() string {
	if harParts(f.value) == "" { // curl takes "Name:" as an order not to send it
		return quoteShell(f.name + ";")
	}
	return shellParts(append([]part{{literal: f.name + ": "}}, f.value...))
}

func shellParts(parts []part) string {
	var b strings.Builder
	literal := ""
	for _, p := range parts {
		if literal += p.literal; p.variable == "" {
			continue
		}
		if literal != "" {
			b.WriteString(quoteShell(literal))
		}
		b.WriteString(`"${` + p.variable + `}"`)
		literal = ""
	}
	if literal != "" || b.Len() == 0 {
		b.WriteString(quoteShell(literal))
	}
	return b.String()
}

// quoteShell leaves a plain word without quotes, to be read more easily.
func quoteShell(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9/][A-Za-z0-9/._:-]*$`)

// escapeFormat makes a format with which printf prints s. One that begins with a
// dash would be taken for an option.
func escapeFormat(s string) string {
	s = strings.NewReplacer(`\`, `\\`, "%", "%%", "\x00", `\000`).Replace(s)
	if strings.HasPrefix(s, "-") {
		return `\055` + s[1:]
	}
	return s
}
