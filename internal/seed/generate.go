package seed

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/cinode"
	"github.com/cinode-scim/cinode-scim/internal/scim/schema"
)

// GenerateOptions say what to make up. The same options give the same bytes on
// every machine.
type GenerateOptions struct {
	Tenant        int64 // 1 for 0
	Persona       string
	Users, Groups int
	Number        uint64
	// Progress is told after each user and group how many there are; it may be nil.
	Progress func(done int)
}

// Check refuses what cannot be made up.
func (o GenerateOptions) Check() error {
	if _, err := cinode.LookupPersona(o.Persona, schema.RFC()); err != nil {
		return err
	}
	switch {
	case o.Tenant < 0 || o.Tenant > maxID:
		return errors.New("the tenant must be a number from 1")
	case o.Users < 0 || o.Users > Largest || o.Groups < 0 || o.Groups > Largest:
		return fmt.Errorf("users and groups must be numbers from 0 to %d", Largest)
	default:
		return nil
	}
}

// Largest is how many users or groups are made up at most.
const Largest = 10_000_000

// documentLines is after how many users or members a document ends, so that few of
// them are in memory at a time where the file is read.
const documentLines = 20_000

// Generate writes a seed file with made-up users and groups. It holds one of them
// at a time.
func Generate(out io.Writer, o GenerateOptions) error {
	if err := o.Check(); err != nil {
		return err
	}
	if o.Tenant == 0 {
		o.Tenant = 1
	}
	g := &generator{GenerateOptions: o, out: bufio.NewWriter(out)}
	g.deal()
	fmt.Fprintf(g.out, "# Made up by cinode-scim seed generate: %d users, %d groups, seed number %d.\n", o.Users, o.Groups, o.Number)
	fmt.Fprintf(g.out, "tenants:\n  - id: %d\n    name: Made-up company\n    persona: %s\n", o.Tenant, o.Persona)
	g.lines = -1 // the tenant has begun
	for i := range o.Users {
		g.begin("users", 1)
		g.user(i)
		g.did()
	}
	for i := range o.Groups {
		members := g.size(i)
		g.begin("groups", 1+members)
		g.group(i, members)
		g.did()
	}
	return g.out.Flush()
}

type generator struct {
	GenerateOptions
	out         *bufio.Writer
	list        string // the one that is being written
	lines, done int    // lines of the document, -1 at its beginning

	start, step, turn, spread int // how pairs of names follow each other
}

func (g *generator) did() {
	if g.done++; g.Progress != nil {
		g.Progress(g.done)
	}
}

// begin goes on with a list, in a new document where this one is long.
func (g *generator) begin(list string, lines int) {
	if g.lines >= documentLines {
		fmt.Fprintf(g.out, "---\ntenants:\n  - id: %d\n", g.Tenant)
		g.lines, g.list = -1, ""
	}
	if g.list != list {
		g.list = list
		fmt.Fprintf(g.out, "    %s:\n", list)
	}
	g.lines += lines
}

// dice are those of one record, whatever others there are.
func (g *generator) dice(of string, i int) dice {
	const golden = 0x9e3779b97f4a7c15                                        // so that the streams of neighbours differ
	return dice{rand.NewPCG(g.Number, (uint64(i)+1)*golden^uint64(len(of)))} //nolint:gosec // i is a count
}

type dice struct{ source *rand.PCG }

// below gives a number from 0 to n-1, the same on every machine.
func (d dice) below(n int) int {
	high, _ := bits.Mul64(d.source.Uint64(), uint64(n)) //nolint:gosec // a length
	return int(high)                                    //nolint:gosec // below n
}

func (d dice) pick(list []string) string { return list[d.below(len(list))] }

// deal chooses the order in which pairs of names come: a walk through all of them
// in steps that share no factor with their number.
func (g *generator) deal() {
	d := g.dice("pairs", 0)
	pairs, families := len(givenNames)*len(familyNames), len(familyNames)
	g.start, g.step = d.below(pairs), coprime(1+d.below(pairs), pairs)
	g.turn, g.spread = coprime(1+d.below(families), families), d.below(families)
}

// coprime is the first number from n on that shares no factor with m.
func coprime(n, m int) int {
	for ; ; n++ {
		a, b := n, m
		for b != 0 {
			a, b = b, a%b
		}
		if a == 1 {
			return n
		}
	}
}

type person struct{ given, family, userName string }

// person is that of a user. Every pair of names comes once before they come again
// with a number.
func (g *generator) person(i int) person {
	pairs := len(givenNames) * len(familyNames)
	pair := (g.start + i%pairs*g.step) % pairs
	first, turned := pair%len(givenNames), pair/len(givenNames)*g.turn // so that neighbours are no relatives
	given, local := cut(givenNames[first])
	family, rest := cut(familyNames[(turned+first*g.spread)%len(familyNames)])
	local += "." + rest
	if round := i / pairs; round > 0 {
		local += strconv.Itoa(round + 1)
	}
	return person{given, family, local + "@" + domains[pair%len(domains)]}
}

func cut(entry string) (name, written string) {
	at := strings.LastIndexByte(entry, ' ')
	return entry[:at], entry[at+1:]
}

func quote(s string) string { return string(schema.AppendString(nil, s)) }

// user writes a user. One of twenty-five is disconnected.
func (g *generator) user(i int) {
	d, p := g.dice("user", i), g.person(i)
	fmt.Fprintf(g.out, "      - {userName: %s, externalId: %s, name: {givenName: %s, familyName: %s}, displayName: %s, title: %s, "+
		"addresses: [{type: work, locality: %s}]", p.userName, quote(d.uuid()), quote(p.given), quote(p.family), quote(p.given+" "+p.family),
		quote(d.pick(titles)), quote(d.pick(localities)))
	if g.Persona == cinode.PersonaRFC {
		fmt.Fprintf(g.out, ", emails: [{type: work, value: %s, primary: true}]", p.userName)
	}
	if d.below(25) == 0 {
		_, _ = g.out.WriteString(", active: false")
	}
	_, _ = g.out.WriteString("}\n")
}

// uuid is what IdPs give as externalId.
func (d dice) uuid() string {
	high, low := d.source.Uint64()&^0xf000|0x4000, d.source.Uint64()>>2|1<<63
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&0xffffffffffff)
}

// size is how many members a group has: the first a quarter of all users, the
// second half of that and so on, as in companies, and one of ten nobody.
func (g *generator) size(i int) int {
	if i%10 == 9 {
		return 0
	}
	return min(g.Users, (g.Users+3)/4/(i+1)+1)
}

// group writes a group with users that differ from each other.
func (g *generator) group(i, members int) {
	d := g.dice("groups", i)
	name := groupNames[i%len(groupNames)]
	if round := i / len(groupNames); round > 0 {
		name += " " + strconv.Itoa(round+1)
	}
	fmt.Fprintf(g.out, "      - displayName: %s\n        externalId: %s\n", quote(name), quote(d.uuid()))
	if members == 0 {
		return
	}
	_, _ = g.out.WriteString("        members:\n")
	start, step := d.below(g.Users), coprime(1+d.below(g.Users), g.Users)
	for n := range members {
		fmt.Fprintf(g.out, "          - %s\n", g.person(int((int64(start)+int64(n)*int64(step))%int64(g.Users))).userName)
	}
}
