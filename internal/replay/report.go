package replay

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/cinode-scim/cinode-scim/internal/report"
)

// The colours of a terminal.
const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	bold   = "\x1b[1m"
	plain  = "\x1b[0m"
)

// WriteText writes the report for people, in colours if they see it on a terminal.
func (r *Report) WriteText(w io.Writer, colours bool) error {
	paint := func(colour, text string) string {
		if !colours {
			return text
		}
		return colour + text + plain
	}
	var b strings.Builder
	for _, s := range r.Results {
		mark := paint(green, "same")
		if len(s.Differences) > 0 {
			mark = paint(red, "diff")
		}
		fmt.Fprintf(&b, "%s %3d %s %s", mark, s.Number, s.Method, printable(s.Path))
		if s.Status != 0 {
			fmt.Fprintf(&b, ": %d", s.Status)
		}
		if s.Name != "" {
			fmt.Fprintf(&b, "  (%s)", printable(s.Name))
		}
		b.WriteByte('\n')
		for _, d := range s.Differences {
			fmt.Fprintf(&b, "         %s\n", paint(bold, printable(d.Where)))
			if d.Want != "" {
				fmt.Fprintf(&b, "           %s %s\n", paint(red, "-"), printable(d.Want))
			}
			if d.Got != "" {
				fmt.Fprintf(&b, "           %s %s\n", paint(green, "+"), printable(d.Got))
			}
		}
		for _, warning := range s.Warnings {
			fmt.Fprintf(&b, "         %s %s\n", paint(yellow, "warning:"), printable(warning))
		}
	}
	fmt.Fprintf(&b, "%d of %s answered differently by %s (- as it was or should be, + as it is)\n", r.Different, requests(r.Requests), r.Target)
	_, err := io.WriteString(w, b.String())
	return err
}

func requests(n int) string {
	if n == 1 {
		return "1 request was"
	}
	return fmt.Sprintf("%d requests were", n)
}

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	return report.WriteJSON(w, r)
}

// printable keeps what a server or a file says from moving a terminal's cursor.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}
