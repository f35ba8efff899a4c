package fault

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// presetKey is the one key that is not kept: it stands for the keys of a preset.
const presetKey = "preset"

// fileKey is the key of a file that holds the rules.
const fileKey = "faults"

// maxRules bounds what one file, one request and one Set hold.
const maxRules = 1000

// ParseFile reads a file of rules, YAML or JSON: a list of rules, or one under
// the key faults. The error is an *Invalid with everything that is wrong, by line.
func ParseFile(name string, content []byte) ([]Rule, error) {
	tree, err := readYAML(content)
	var list []Rule
	if err == nil {
		if tree.kind == kindObject && len(tree.members) == 1 && tree.members[0].name == fileKey {
			tree = tree.members[0].value
		}
		switch {
		case tree.kind == kindNull:
			return nil, nil
		case tree.kind != kindArray:
			err = refuseTree(tree.line, `the file must hold a list of rules, such as "- preset: slow", or one under the key faults`)
		default:
			list, err = decodeList(tree)
		}
	}
	return list, invalid(name, err)
}

// DecodeRule reads one rule from JSON. The error is an *Invalid.
func DecodeRule(body []byte) (Rule, error) {
	tree, err := readJSON(body)
	if err != nil {
		return Rule{}, invalid("", err)
	}
	r, found := decodeRule(tree, 0)
	if len(found) > 0 {
		return Rule{}, &Invalid{Violations: found}
	}
	return r, nil
}

// DecodeRules reads a list of rules from JSON. The error is an *Invalid.
func DecodeRules(body []byte) ([]Rule, error) {
	tree, err := readJSON(body)
	if err == nil && tree.kind != kindArray {
		err = refuseTree(0, "the body must be a list of rules")
	}
	if err != nil {
		return nil, invalid("", err)
	}
	list, err := decodeList(tree)
	return list, invalid("", err)
}

// invalid makes every error an *Invalid that knows its file.
func invalid(file string, err error) error {
	if err == nil {
		return nil
	}
	if tree, ok := errors.AsType[*treeError](err); ok {
		return &Invalid{File: file, Violations: []Violation{{Line: tree.line, Problem: tree.problem}}}
	}
	if found, ok := errors.AsType[*Invalid](err); ok {
		slices.SortStableFunc(found.Violations, func(a, b Violation) int { return cmp.Compare(a.Line, b.Line) })
		return &Invalid{File: file, Violations: found.Violations}
	}
	return err
}

func decodeList(tree value) ([]Rule, error) {
	if len(tree.items) > maxRules {
		return nil, refuseTree(tree.line, "there are %d rules; there may be %d", len(tree.items), maxRules)
	}
	var list []Rule
	var all []Violation
	ids := map[string]bool{}
	for i, item := range tree.items {
		r, found := decodeRule(item, i)
		if r.ID != "" && ids[r.ID] {
			found = append(found, Violation{Line: item.line, Rule: i, Key: "id", Problem: fmt.Sprintf("%q is given twice; change one", r.ID)})
		}
		ids[r.ID] = true
		all = append(all, found...)
		list = append(list, r)
	}
	if len(all) > 0 {
		return nil, &Invalid{Violations: all}
	}
	return list, nil
}

// decodeRule reads the keys of one rule and validates it. Keys that could not be
// read are not complained about twice.
func decodeRule(tree value, index int) (Rule, []Violation) {
	if tree.kind != kindObject {
		return Rule{}, []Violation{{Line: tree.line, Rule: index, Problem: "a rule must hold keys and values, such as action: reset"}}
	}
	var found []Violation
	lines := map[string]int{}
	broken := map[string]bool{}
	complain := func(m member, problem string) {
		broken[m.name] = true
		found = append(found, Violation{Line: m.line, Rule: index, Key: clip(m.name), Problem: problem})
	}
	r := startRule(tree, complain)
	for _, m := range tree.members {
		lines[m.name] = m.line
		if m.name == presetKey {
			continue
		}
		k := findKey(m.name)
		if k == nil {
			complain(m, "is no key of a rule"+suggest(m.name, keyNames()))
			continue
		}
		if problem := k.set(&r, m.value); problem != "" {
			complain(m, problem)
		}
	}
	for _, v := range r.violations() {
		if broken[v.Key] || broken[presetKey] && v.Key == "action" {
			continue
		}
		v.Rule, v.Line = index, tree.line
		if line := lines[v.Key]; line > 0 {
			v.Line = line
		}
		found = append(found, v)
	}
	return r, found
}

// startRule is the rule that the keys are set on: empty, or a preset. A rule that
// says itself whose turn it is overrules all that the preset says of it, and one
// that names another action keeps none of the preset's parameters.
func startRule(tree value, complain func(member, string)) Rule {
	var r Rule
	for _, m := range tree.members {
		if m.name != presetKey {
			continue
		}
		p := findPreset(m.value.text)
		if m.value.kind != kindString || p == nil {
			complain(m, fmt.Sprintf("%q does not exist%s", clip(m.value.text), suggest(m.value.text, presetNames())))
			return r
		}
		r = p.Rule.clone()
	}
	for _, m := range tree.members {
		switch m.name {
		case "nth", "every", "percent":
			r.Nth, r.Every, r.Percent, r.Seed = 0, 0, 0, 0
		case "action":
			if ActionName(m.value.text) != r.Name {
				r.Action = Action{}
			}
		}
	}
	return r
}

// clip bounds what is quoted of the input.
func clip(s string) string {
	const limit = 60
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}
