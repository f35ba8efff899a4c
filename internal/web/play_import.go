package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/idp"
	"github.com/cinode-scim/cinode-scim/internal/simulation"
)

// importPage is the manual import: the users of the application, to be ticked.
type importPage struct {
	playPage
	Imports     simulation.Imports
	List        []idp.Candidate
	New, Total  int
	OnlyNew     bool // the new ones are on top
	Filters     []tab
	Query       string
	Find        string
	Keep        []pair
	Read        string
	Import      string
	Here        string // this part of the list, to come back to
	Active      bool
	Application string
	Mails       []mailView
	Failure     string
	First, Next string
	Groups      string
}

type mailView struct {
	Name, Subject, URL string
}

// importShown is how many users a page of the list has: JumpCloud sends an e-mail about
// an import of as many.
const importShown = 100

func (c *play) showImport() error { return c.showImports(http.StatusOK, "") }

func (c *play) showImports(status int, failure string) error {
	phase := c.sim.Provider().Phase()
	page := importPage{
		playPage: c.page("Import users", "users"), Imports: c.sim.Imports(), OnlyNew: c.query("filter") == "new", Query: c.query("q"), Find: c.at("import"),
		Read: c.at("import/list"), Import: c.at("import"), Active: phase == idp.PhaseActive || phase == idp.PhaseQuarantine, Application: c.at("application"), Failure: failure, Groups: c.at("groups"),
	}
	page.Filters = []tab{{"In Cinode's order", c.at("import", "q", page.Query), !page.OnlyNew}, {"New Users-only", c.at("import", "filter", "new", "q", page.Query), page.OnlyNew}}
	list := page.Imports.List
	for _, user := range list {
		if user.State == idp.CandidateNew {
			page.New++
		}
	}
	filter := ""
	if page.OnlyNew {
		list, filter = idp.NewFirst(list), "new"
		page.Keep = []pair{{"filter", filter}}
	}
	from, seen := c.offset(), 0
	for _, user := range list {
		if !playFinds(page.Query, user.Username, user.Name) {
			continue
		}
		if seen++; seen > from && len(page.List) < importShown {
			page.List = append(page.List, user)
		}
	}
	page.Total = len(list)
	page.Here = c.at("import", "filter", filter, "q", page.Query)
	if from > 0 {
		page.First = page.Here
	}
	if from+importShown < seen {
		page.Next = c.at("import", "filter", filter, "q", page.Query, "from", strconv.Itoa(from+importShown))
	}
	for _, m := range c.sim.Provider().Mails() {
		view := mailView{Name: m.Name, URL: c.at("mail", "name", m.Name)}
		if message, err := readMail(m); err == nil {
			view.Subject = message.Subject
		}
		page.Mails = append([]mailView{view}, page.Mails...)
	}
	return c.showAs(status, "play-import", page)
}

// asked tells what became of something that was asked of the application.
func (c *play) asked(err error) error {
	var answer *idp.AnswerError
	var failed *idp.VerifyError
	var input *idp.InputError
	switch {
	case errors.Is(err, idp.ErrNotActive):
		return c.showImports(http.StatusConflict, sentence(err.Error()))
	case errors.As(err, &answer), errors.As(err, &failed), errors.As(err, &input), errors.Is(err, idp.ErrUnreachable):
		return c.showImports(http.StatusBadGateway, sentence(err.Error()))
	default:
		return err
	}
}

func (c *play) readCandidates() error {
	if err := c.patiently(c.sim.ReadCandidates); err != nil {
		return c.asked(err)
	}
	return c.redirect(c.at("import", "filter", "new"))
}

func (c *play) importUsers() error {
	f, err := c.form()
	if err != nil {
		return err
	}
	ids := f.Values["id"]
	if f.Value("all") != "" {
		ids = nil
		for _, user := range c.sim.Imports().List {
			if user.State == idp.CandidateNew {
				ids = append(ids, user.ID)
			}
		}
	}
	if len(ids) == 0 {
		return c.redirectWith(c.at("import", "filter", "new"), flash{"warning", "Nobody was chosen. Tick whom to import."})
	}
	var result idp.ImportResult
	err = c.patiently(func(ctx context.Context) error {
		result, err = c.sim.Import(ctx, ids)
		return err
	})
	if err != nil {
		return c.asked(err)
	}
	done := flash{"success", "Imported " + playPlural(len(result.Imported), "user", "users") + "."}
	if result.Mail != "" {
		done.Text += " An e-mail about it was sent; it can be read below."
	}
	if len(result.Failed) > 0 {
		done.Kind = "warning"
		done.Text += " " + strconv.Itoa(len(result.Failed)) + " could not be imported."
	}
	return c.redirectWith(c.at("import", "filter", "new"), done)
}

// readMessage is a message as a person reads it.
type readMessage struct {
	Subject, From, To, Date, Text string
}

func readMail(m idp.Mail) (readMessage, error) {
	message, err := mail.ReadMessage(bytes.NewReader(m.Message))
	if err != nil {
		return readMessage{}, err
	}
	text, err := io.ReadAll(quotedprintable.NewReader(message.Body))
	if err != nil {
		return readMessage{}, err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		return readMessage{}, err
	}
	if len(text) > mailShown {
		text = append([]byte(strings.ToValidUTF8(string(text[:mailShown]), "")), "\n…"...)
	}
	return readMessage{subject, message.Header.Get("From"), message.Header.Get("To"), message.Header.Get("Date"), string(text)}, nil
}

// mailShown is how much of a message is shown, in bytes.
const mailShown = 40_000

type mailPage struct {
	playPage
	Mail readMessage
	Back string
}

func (c *play) showMail() error {
	name := c.query("name")
	for _, m := range c.sim.Provider().Mails() {
		if m.Name != name {
			continue
		}
		message, err := readMail(m)
		if err != nil {
			return err
		}
		return c.show("play-mail", mailPage{playPage: c.page(message.Subject, "users"), Mail: message, Back: c.at("import")})
	}
	return refuse(http.StatusNotFound, "There is no e-mail %q any more.", name)
}
