package journal

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// exportHTTP writes the format of the REST clients of editors: requests between
// lines of "###", and {{variables}}.
func exportHTTP(exchanges []Exchange) []byte {
	all, variables := outgoings(exchanges)
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Recorded by cinode-scim. Secrets are taken from the environment.\n@%s = %s\n", baseVariable, base(exchanges))
	for _, v := range variables {
		fmt.Fprintf(&b, "@%[1]s = {{$processEnv %[1]s}}\n", v)
	}
	for _, o := range all {
		o.http(&b)
	}
	return b.Bytes()
}

func (o outgoing) http(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n### %s\n", braceless(o.title))
	body, remark := textBody(o.body)
	remarks := o.remarks
	if remark != "" {
		remarks = append(remarks, remark)
	}
	var lines []string
	for _, h := range o.headers {
		value := httpParts(h.value, func(s string) string { return s })
		if literal := harParts(h.value); strings.Contains(literal, "{{") || !utf8.ValidString(literal) {
			remarks = append(remarks, oneLine(fmt.Sprintf("the header %s: %q cannot be written in this format and is left out", h.name, literal)))
			continue
		}
		lines = append(lines, strings.TrimRight(h.name+": "+value, " "))
	}
	for _, r := range remarks {
		fmt.Fprintf(b, "# Note: %s\n", braceless(r))
	}
	fmt.Fprintf(b, "%s {{%s}}%s", o.method, baseVariable, braceless(o.path))
	if o.asked {
		b.WriteString("?" + httpParts(o.query, func(s string) string { return splitBraces(s, "%7B") }))
	}
	b.WriteString(" HTTP/1.1\n")
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
	if body != "" {
		b.WriteString("\n" + body + "\n")
	}
}

func httpParts(parts []part, literal func(string) string) string {
	var b strings.Builder
	for _, p := range parts {
		if b.WriteString(literal(p.literal)); p.variable != "" {
			b.WriteString("{{" + p.variable + "}}")
		}
	}
	return b.String()
}

// braceless keeps what stands in a comment from being a variable.
func braceless(s string) string { return splitBraces(s, " {") }

// splitBraces writes a brace behind another one otherwise.
func splitBraces(s, second string) string {
	if !strings.Contains(s, "{{") {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if s[i] == '{' && i > 0 && s[i-1] == '{' {
			b.WriteString(second)
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// blankLine is white space that the format would not keep.
var blankLine = regexp.MustCompile(`\r|\n[ \t]*\n`)

// textBody is a body as the format can hold it, and what is not as it was. In
// JSON whatever the format would read as its own can be written otherwise: two
// braces stand in strings only, and no line of it begins like a directive.
func textBody(body []byte) (text, remark string) {
	if len(body) == 0 {
		return "", ""
	}
	if value := jsontext.Value(body); value.IsValid(jsontext.AllowDuplicateNames(true)) {
		text = string(body)
		if strings.TrimSpace(text) != text || blankLine.MatchString(text) {
			value = value.Clone()
			if err := value.Compact(jsontext.AllowDuplicateNames(true)); err != nil {
				return "", "the body is left out: " + oneLine(err.Error())
			}
			text = string(value)
		}
		if text = splitBraces(text, `\u007b`); text != string(body) {
			return text, "white space, or {{ in a string, is written otherwise than it was sent, with the same meaning"
		}
		return text, ""
	}
	if reason := unwritable(string(body)); reason != "" {
		return "", oneLine(fmt.Sprintf("the body of %d bytes is left out, since this format cannot hold it (%s): export it as curl", len(body), reason))
	}
	return string(body), ""
}

// unwritable says why a body that is no JSON cannot stand in the file.
func unwritable(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "it is no UTF-8"
	case strings.Contains(s, "{{"):
		return "it holds {{"
	case strings.TrimSpace(s) != s:
		return "it begins or ends with white space"
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }):
		return "it holds control characters"
	}
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimLeft(line, " \t")
		for _, sign := range []string{"#", "//", "<", ">", "@", "--"} {
			if strings.HasPrefix(line, sign) {
				return "a line begins with " + sign
			}
		}
		if line == "" {
			return "it holds an empty line"
		}
	}
	return ""
}
