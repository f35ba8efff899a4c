package testenv

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// tool is a program that tests call: a shell, what shells call, or what runs scripts.
type tool struct {
	variable string   // names one
	names    []string // of the program, as in `.ci/setup`
	version  []string // arguments that must succeed with one that is good enough
	wanted   string   // what that is, for people
}

var (
	node = tool{"CINODE_SCIM_TEST_NODE", []string{"node", "nodejs"},
		[]string{"-e", "process.exit(Number(process.versions.node.split('.')[0]) >= 18 ? 0 : 1)"}, "Node 18 or newer"}
	python = tool{"CINODE_SCIM_TEST_PYTHON", []string{"python3", "python"},
		[]string{"-c", "import sys; sys.exit(sys.version_info < (3, 9))"}, "Python 3.9 or newer"}
	curl = tool{"CINODE_SCIM_TEST_CURL", []string{"curl"},
		[]string{"--fail-with-body", "--version"}, "curl 7.76 or newer"}
	bash = tool{"CINODE_SCIM_TEST_BASH", []string{"bash"},
		[]string{"-c", "[[ ${BASH_VERSINFO[0]} -ge 3 ]]"}, "bash 3 or newer"}
)

// Node returns the path of Node: CINODE_SCIM_TEST_NODE, or the first on PATH that is
// new enough to run tests by itself.
func Node(tb testing.TB) string { tb.Helper(); return node.must(tb) }

// Python returns the path of Python 3: CINODE_SCIM_TEST_PYTHON, or the first on PATH.
func Python(tb testing.TB) string { tb.Helper(); return python.must(tb) }

// Curl returns the path of curl: CINODE_SCIM_TEST_CURL, or the one on PATH.
func Curl(tb testing.TB) string { tb.Helper(); return curl.must(tb) }

// Bash returns the path of bash: CINODE_SCIM_TEST_BASH, or the one on PATH.
func Bash(tb testing.TB) string { tb.Helper(); return bash.must(tb) }

func (x tool) must(tb testing.TB) string {
	tb.Helper()
	path, err := x.find(tb, os.Getenv(x.variable))
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

func (x tool) find(tb testing.TB, chosen string) (string, error) {
	tb.Helper()
	names, found := x.names, "none"
	if chosen != "" {
		names = []string{chosen}
	}
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if exec.CommandContext(tb.Context(), path, x.version...).Run() == nil {
			return path, nil
		}
		found = path + ", which is older"
	}
	return "", fmt.Errorf("%s is needed, and among %s there is %s: run `make test`, which installs it, or name one in %s",
		x.wanted, strings.Join(names, ", "), found, x.variable)
}
