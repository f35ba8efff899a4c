package config

import (
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// sources are where values come from, strongest first.
type sources struct {
	flags       *pflag.FlagSet
	environment map[string]string // those with our prefix
	file        *file             // nil for none
}

// given are the values of an option: source is for print-config, subject begins the sentence of a fault.
type given struct {
	values          []string
	source, subject string
}

// Load reads the options that were registered with the flags, which are parsed by now. Others keep their defaults, so
// that a command is not stopped by what it does not use; but their names are known. environment is as os.Environ gives
// it. The warnings are for the log, and may explain a fault. The error, an *Error, names every fault.
func Load(flags *pflag.FlagSet, environment []string) (*Config, []string, error) {
	s := &sources{flags: flags, environment: ours(environment)}
	warnings := unknownVariables(s.environment)
	if err := s.open(); err != nil {
		return nil, warnings, err
	}
	c := &Config{Variable: func(name string) (string, bool) { return variable(environment, name) }}
	var faults []string
	for i := range options {
		o := &options[i]
		g, err := s.lookUp(o)
		if err != nil {
			faults = append(faults, err.Error())
			continue
		}
		if err := c.apply(o, g); err != nil {
			faults = append(faults, err.Error())
		}
		if o.name == "test-api" && g.values[0] == testAPIAuto {
			c.TestAPI = c.Database == ":memory:" // which stands before it in the table
		}
		if s.takes(o) {
			c.settings = append(c.settings, Setting{Name: o.name, Value: o.show(g.values), Source: g.source})
		}
	}
	if len(faults) == 0 {
		faults = c.conflicts()
	}
	if len(faults) > 0 {
		return nil, warnings, &Error{Message: strings.Join(faults, "\n")}
	}
	return c, warnings, nil
}

// open reads the configuration file, if one is named.
func (s *sources) open() error {
	g, err := s.lookUp(mustFind("config"))
	if err != nil || len(g.values) == 0 || g.values[0] == "" {
		return err
	}
	s.file, err = readFile(g.values[0])
	return err
}

func (c *Config) apply(o *option, g given) error {
	for _, v := range g.values {
		if err := o.apply(c, v); err != nil {
			return usage("%s %v", g.subject, err)
		}
	}
	return nil
}

func (s *sources) takes(o *option) bool { return s.flag(o) != nil }

// flag is the flag of an option. A flag of that name that is not ours is another command's business.
func (s *sources) flag(o *option) *pflag.Flag {
	f := s.flags.Lookup(o.name)
	if f == nil {
		return nil
	}
	if _, ok := f.Value.(*flagValue); !ok {
		return nil
	}
	return f
}

// lookUp takes the values of an option from the first source that has it.
func (s *sources) lookUp(o *option) (given, error) {
	flag := s.flag(o)
	if flag == nil {
		return o.byDefault(), nil
	}
	if value, ok := flag.Value.(*flagValue); ok && flag.Changed {
		return o.check(value.given, "flag", "--"+o.name)
	}
	if g, ok, err := s.variable(o); ok {
		return g, err
	}
	if s.file != nil {
		if v, ok := s.file.values[o.name]; ok {
			return o.check(v.texts, "file "+s.file.path, s.file.at(v.line)+" "+o.name)
		}
	}
	return o.byDefault(), nil
}

// variable looks at the environment twins.
func (s *sources) variable(o *option) (given, bool, error) {
	value, direct := s.environment[o.variable()]
	path, named := s.environment[o.fileVariable()]
	switch {
	case direct && named && o.secret:
		return given{}, true, usage("%s and %s are both set; unset one", o.variable(), o.fileVariable())
	case direct:
		g, err := o.check([]string{value}, "environment "+o.variable(), o.variable())
		return g, true, err
	case named && o.secret:
		content, err := os.ReadFile(path)
		if err != nil {
			return given{}, true, usage("%s names a file that cannot be read: %v", o.fileVariable(), err)
		}
		subject := "the file that " + o.fileVariable() + " names"
		g, err := o.check([]string{strings.TrimSpace(string(content))}, "environment "+o.fileVariable(), subject)
		return g, true, err
	default:
		return given{}, false, nil
	}
}

// check splits lists and refuses empty secrets.
func (o *option) check(texts []string, source, subject string) (given, error) {
	g := given{values: texts, source: source, subject: subject}
	if o.kind == list {
		g.values = nil
		for _, t := range texts {
			g.values = append(g.values, split(t)...)
		}
	}
	if o.secret && strings.Join(g.values, "") == "" {
		return given{}, usage("%s is empty; give it a value or leave it out", subject)
	}
	return g, nil
}

func (o *option) byDefault() given {
	g := given{source: "default", subject: "--" + o.name}
	if o.preset != "" {
		g.values = []string{o.preset}
	}
	return g
}

// split gives the values of a list: separated by commas or line ends, spaces around them cut.
func split(texts string) []string {
	var values []string
	for v := range strings.FieldsFuncSeq(texts, func(r rune) bool { return r == ',' || r == '\n' }) {
		if v = strings.TrimSpace(v); v != "" {
			values = append(values, v)
		}
	}
	return values
}
