package seed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// Options are what a file is read with.
type Options struct {
	// Name is what violations call the file.
	Name string
	// Registry are the schemas of the server, schema.RFC() for nil.
	Registry *schema.Registry
	// Persona is that of tenants that name none, cinode for empty.
	Persona string
	// Lookup finds the variables of ${NAME}. It is for files that are given on the
	// command line; where it is nil, nothing is expanded.
	Lookup func(name string) (string, bool)
}

// The bounds of a document, one of the parts between lines of "---". A value
// takes about 200 bytes while its document is read.
const (
	MaxDocument = 64 << 20
	MaxValues   = 4_000_000
)

// reader reads one file.
type reader struct {
	Options
	violations []Violation
	faults     int
	document   int
	tenants    []*tenant
	secrets    map[[32]byte]place
}

// Decode reads and checks a seed file. What is wrong with it is an InvalidError.
func Decode(in io.Reader, o Options) (*File, error) {
	if o.Registry == nil {
		o.Registry = schema.RFC()
	}
	if o.Persona == "" {
		o.Persona = cinode.PersonaCinode
	}
	r := &reader{Options: o, secrets: map[[32]byte]place{}}
	source := &bounded{in: in}
	decoder := yaml.NewDecoder(source)
	for {
		source.bytes, source.values = 0, 0
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			break
		}
		if source.err != nil {
			return nil, fmt.Errorf("read %s: %w", o.Name, source.err)
		}
		if err != nil {
			r.refuseSyntax(err, source.tooLarge)
			break
		}
		r.document++
		r.read(document.Content[0])
	}
	if r.document == 0 && r.faults == 0 {
		r.refuse(place{1, 1}, "the file is empty; it must hold tenants")
	}
	for _, t := range r.tenants {
		r.resolve(t)
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	f := &File{Name: o.Name}
	for _, t := range r.tenants {
		f.Tenants = append(f.Tenants, &t.Tenant)
	}
	return f, nil
}

// read reads a document.
func (r *reader) read(top *yaml.Node) {
	if isNull(top) { // comments only
		return
	}
	values, ok := r.fields(top, "a seed file", "tenants")
	if !ok {
		return
	}
	for i, n := range r.list(values["tenants"], "tenants") {
		r.tenant(n, "tenants["+strconv.Itoa(i)+"]")
	}
}

// syntaxLine is how the parser tells where it stopped.
var syntaxLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)`)

// grammar is what the parser says of what it has read, not of characters. It
// counts their lines from 0.
var grammar = regexp.MustCompile(`did not find expected (node content|key|'-'|',' or|<)`)

// refuseSyntax tells why the parser stopped. It gives no columns, and lines for
// most faults: that of the part which does not end as it should.
func (r *reader) refuseSyntax(err error, tooLarge string) {
	m := syntaxLine.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	line, _ := strconv.Atoi(m[1])
	if m[1] != "" && grammar.MatchString(m[2]) {
		line++
	}
	detail := "the file is not valid YAML from here on: " + m[2]
	if tooLarge != "" {
		detail = tooLarge
	}
	r.refuse(place{max(line, 1), 1}, "%s", detail)
}

// bounded is the file, which ends with an error where a document is too large.
type bounded struct {
	in            io.Reader
	bytes, values int
	tooLarge      string
	err           error // of the file itself
}

var errTooLarge = errors.New("the document is too large")

// Read counts bytes, and what separates values: no value goes without.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	b.bytes += n
	for _, separator := range []string{",", "\n", ":", "- ", "? ", "[", "{"} {
		b.values += bytes.Count(p[:n], []byte(separator))
	}
	switch {
	case b.bytes > MaxDocument:
		b.tooLarge = fmt.Sprintf("this document is longer than %d MiB; divide it by a line of ---", MaxDocument>>20)
	case b.values > MaxValues:
		b.tooLarge = fmt.Sprintf("this document has more than %d values; divide it by a line of ---", MaxValues)
	default:
		return n, err
	}
	return 0, errTooLarge
}
