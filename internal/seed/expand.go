package seed

import (
	"fmt"
	"regexp"
	"strings"
)

// variable is ${NAME} or ${NAME:-DEFAULT}.
var variable = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)(:-([^}]*))?\}`)

// expand puts variables into a text. A variable without default must be set; one
// that is empty takes the default, as in a shell. What it brings is not expanded
// again. Errors do not repeat the text, which may be a secret.
func expand(text string, lookup func(string) (string, bool)) (string, error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "$")
		out.WriteString(before)
		switch {
		case !found:
			return out.String(), nil
		case strings.HasPrefix(rest, "$"):
			out.WriteByte('$')
			text = rest[1:]
			continue
		case !strings.HasPrefix(rest, "{"):
			out.WriteByte('$')
			text = rest
			continue
		}
		m := variable.FindStringSubmatch("$" + rest)
		if m == nil {
			return "", fmt.Errorf("a variable is not written as ${NAME} or ${NAME:-default}; a dollar sign itself is $$")
		}
		value, set := lookup(m[1])
		switch {
		case m[2] != "" && value == "":
			value = m[3]
		case !set:
			return "", fmt.Errorf("the variable %s is not set; set it, or write ${%s:-default}", m[1], m[1])
		}
		out.WriteString(value)
		text = rest[len(m[0])-1:]
	}
}
