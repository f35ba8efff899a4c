package scenario

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/cinode-scim/cinode-scim/internal/idp"
)

// generate makes people and groups. Each person is in one group, every tenth in a second.
type generate struct {
	Users  int    `yaml:"users"`
	Groups int    `yaml:"groups"`
	Seed   uint64 `yaml:"seed"`
	Bound  *bool  `yaml:"bound"` // to the application, as they are if it is left out
}

var (
	firstNames = strings.Fields("Ada Alma Amir Anna Astrid Axel Bo Carl Clara Dina Edda Elin Elsa Emil Erik Eva Farid Filip Freja Greta " +
		"Hanna Hugo Ida Ines Ivar Jonas Karin Lars Lea Leo Linn Liv Maja Malik Mira Nils Noor Olga Omar Oskar Per Rut Saga Sara Signe Sven Tova Ulla Vera Yasmin")
	lastNames = strings.Fields("Ahl Alm Berg Björk Blom Boström Dahl Ek Eklund Falk Forsberg Friberg Gran Grön Hagen Hall Hedlund Holm Hult Jonsson " +
		"Kling Krantz Lind Lindgren Lund Lönn Malm Moberg Nord Nyberg Nyström Palm Quist Rask Ros Sand Sjö Skog Stark Ström Sund Svärd Tall Viklund Vinge Wall West Åberg Öberg Öst")
	titles = []string{"Consultant", "Senior Consultant", "Engineer", "Manager", "Analyst"}
	cities = []string{"Stockholm", "Göteborg", "Malmö", "Uppsala", "Umeå"}
)

const usualUsers, usualGroups = 50, 5

func (a *generate) sizes(o Options) (users, groups int) {
	users, groups = a.Users, a.Groups
	if o.Users > 0 {
		users = o.Users
	}
	if o.Groups > 0 {
		groups = o.Groups
	}
	if users == 0 {
		users = usualUsers
	}
	if groups == 0 {
		groups = usualGroups
	}
	return users, groups
}

// mostGenerated keeps a directory in memory.
const mostGenerated = 1_000_000

func (a *generate) check() string {
	if a.Users > mostGenerated || a.Groups > mostGenerated {
		return fmt.Sprintf("users and groups are %d at most", mostGenerated)
	}
	return ""
}

func (a *generate) about() string {
	return "people and groups"
}

func (a *generate) run(ctx context.Context, p *player) error {
	seed := a.Seed
	if seed == 0 {
		seed = p.settings.Seed
	}
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // made-up people are no secrets
	users, groups := a.sizes(p.options)
	members := make([][]string, groups)
	list := make([]idp.User, users)
	for i := range users {
		u := idp.User{
			FirstName: firstNames[random.IntN(len(firstNames))], LastName: lastNames[random.IntN(len(lastNames))],
			EmployeeID: fmt.Sprintf("E%06d", i+1), JobTitle: titles[random.IntN(len(titles))], WorkCity: cities[random.IntN(len(cities))],
		}
		u.Username = fmt.Sprintf("%s.%s.%d%s@example.com", plain(u.FirstName), plain(u.LastName), i+1, p.scenario.run)
		u.Email = u.Username
		list[i] = u
		members[i%groups] = append(members[i%groups], u.Username)
		if i%10 == 0 && groups > 1 {
			other := (i + 1 + random.IntN(groups-1)) % groups
			members[other] = append(members[other], u.Username)
		}
	}
	whole := make([]idp.Group, groups)
	for i := range groups {
		whole[i] = idp.Group{Name: fmt.Sprintf("Team %03d%s", i+1, p.scenario.run), Members: members[i], Bound: a.Bound == nil || *a.Bound}
	}
	if err := p.provider().Add(list, whole); err != nil {
		return err
	}
	p.note("%s in %s", plural(users, "person", "people"), plural(groups, "group", "groups"))
	return ctx.Err()
}

// plain is a name as an address has it.
func plain(name string) string {
	return strings.NewReplacer("å", "a", "ä", "a", "ö", "o").Replace(strings.ToLower(name))
}
