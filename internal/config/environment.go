package config

import (
	"slices"
	"strings"
)

// ours are the variables with our prefix.
func ours(environment []string) map[string]string {
	variables := map[string]string{}
	for _, e := range environment {
		if name, value, ok := strings.Cut(e, "="); ok && strings.HasPrefix(name, prefix) {
			variables[name] = value
		}
	}
	return variables
}

// unknownVariables warns of variables with our prefix that name no option. They are no error: whoever starts the
// process does not always choose them.
func unknownVariables(environment map[string]string) []string {
	var known []string
	for i := range options {
		known = append(known, options[i].variable())
		if options[i].secret {
			known = append(known, options[i].fileVariable())
		}
	}
	bare := make([]string, len(known)) // the prefix would make all names near
	for i, name := range known {
		bare[i] = strings.TrimPrefix(name, prefix)
	}
	var warnings []string
	for name := range environment {
		if slices.Contains(known, name) || isForeign(name) {
			continue
		}
		suggestion := suggest(strings.TrimPrefix(name, prefix), bare)
		suggestion = strings.Replace(suggestion, "mean ", "mean "+prefix, 1)
		warnings = append(warnings, "the environment variable "+name+" names no option and is ignored"+suggestion)
	}
	slices.Sort(warnings)
	return warnings
}

// isForeign is true for the variables of our tests, that of the command conform, and the service links that Kubernetes
// injects into the pods beside a service called cinode-scim or cinode-scim-something.
func isForeign(name string) bool {
	rest := strings.TrimPrefix(name, strings.TrimSuffix(prefix, "_"))
	return strings.HasPrefix(rest, "_TEST_") || strings.HasPrefix(rest, "_CONFORM_") || strings.HasPrefix(rest, "_SIMULATE_") || strings.Contains(rest, "_SERVICE_") || strings.Contains(rest, "_PORT")
}

// variable finds a variable; of several with one name the last counts.
func variable(environment []string, name string) (string, bool) {
	for _, v := range slices.Backward(environment) {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value, true
		}
	}
	return "", false
}
