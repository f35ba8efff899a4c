package web

// choice is one of several that a form offers.
type choice struct {
	Value, Label string
	Hint         string
}

// tab is one of several views of a page, at an address of its own.
type tab struct {
	Label, URL string
	Current    bool
}
