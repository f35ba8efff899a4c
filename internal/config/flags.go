package config

import (
	"errors"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/pflag"
)

// flagValue collects what was given for an option as it is: Load checks it, whatever source it came from.
type flagValue struct {
	kind  kind
	given []string
}

// String is what help texts show as default, before parsing.
func (v *flagValue) String() string { return strings.Join(v.given, ",") }

// Type is the placeholder in help texts.
func (v *flagValue) Type() string { return string(v.kind) }

// Set keeps the last value, all of a list.
func (v *flagValue) Set(value string) error {
	if v.kind != list {
		v.given = nil
	}
	v.given = append(v.given, value)
	return nil
}

// Register adds flags to a command: those named, with --config beside them, or all if none is named. Names gives the
// names for a command.
func Register(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		register(flags, mustFind(name))
	}
	for i := range options {
		if o := &options[i]; len(names) == 0 || o.name == "config" && flags.Lookup(o.name) == nil {
			register(flags, o)
		}
	}
}

func register(flags *pflag.FlagSet, o *option) {
	value := &flagValue{kind: o.kind}
	if o.preset != "" {
		value.given = []string{o.preset}
	}
	help := o.help + " [" + o.variable()
	if o.secret {
		help += " or " + o.fileVariable()
	}
	flag := flags.VarPF(value, o.name, "", help+"]")
	if o.kind == boolean || o.name == "test-api" {
		flag.NoOptDefVal = "true"
	}
}

// mustFind is for names that the program has compiled in.
func mustFind(name string) *option {
	o := find(name)
	if o == nil {
		panic("there is no option " + name)
	}
	return o
}

// FlagError makes an Error of what a flag parser reports; for an unknown flag it names the nearest.
func FlagError(flags *pflag.FlagSet, err error) error {
	var unknown *pflag.NotExistError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &unknown):
		return &Error{Message: err.Error()}
	}
	var names []string
	flags.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	})
	name := "--" + unknown.GetSpecifiedName()
	if short, _, _ := strings.Cut(unknown.GetSpecifiedShortnames(), "="); short != "" {
		name = "-" + short // most likely a long name with one dash
		if flags.Lookup(short) != nil {
			return usage("there is no flag %s; write --%s", name, short)
		}
	}
	return usage("there is no flag %s%s", name, suggest(name, names))
}

// suggest names the one of names that was meant, or nothing where none is near.
func suggest(name string, names []string) string {
	best, least := "", max(2, (len(strings.TrimLeft(name, "-"))+1)/2)+1
	for _, n := range names {
		if d := levenshtein.ComputeDistance(plain(name), plain(n)); d < least {
			best, least = n, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// plain drops what people mix up in names: case, and which dash.
func plain(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "-")) }
