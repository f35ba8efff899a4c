// Package report owns what the reports on another server have in common, whoever writes
// them: JUnit XML, and how durations and the policy of a page are written. What
// a report says is its writer's.
package report

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// WriteJSON writes a report for programs, the same for the same report.
func WriteJSON(w io.Writer, report any, more ...json.Options) error {
	usual := []json.Options{jsontext.Multiline(true), json.Deterministic(true), jsontext.AllowInvalidUTF8(true)}
	if err := json.MarshalWrite(w, report, append(usual, more...)...); err != nil {
		return fmt.Errorf("write the report as JSON: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// Hash names the style or the script of a page in its policy, which lets nothing else in.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// Short is a duration as precise as people want it.
func Short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "under 1 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	default:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
}
