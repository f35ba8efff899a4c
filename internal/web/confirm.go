package web

// confirmPage asks before something is done. A link with the attribute
// data-confirm leads to it; with scripts its form opens in a dialog on the page
// that has the link.
type confirmPage struct {
	frame
	Question string
	Text     string // what happens, and whether it can be undone
	Action   string // where the answer is sent
	Fields   []pair // what is sent with it
	Button   string // the verb: "Revoke"
	Back     string
	Harmless bool // the button does not destroy anything
}

// pair is a hidden field of a form.
type pair struct{ Name, Value string }

// confirm asks a question. Title and the frame are those of the page.
func (v *visit) confirm(title string, page confirmPage) error {
	page.frame = v.frame(title)
	return v.show("confirm", page)
}
