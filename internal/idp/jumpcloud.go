package idp

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// The dialects of JumpCloud.
const (
	DialectCinode = "cinode" // of its connector for Cinode: seven attributes of a user
	DialectCustom = "custom" // of its custom SCIM integration
)

// jumpCloudAgent is in the User-Agent. What JumpCloud itself sends there is not on
// record; a name lets logs tell whose requests these are.
const jumpCloudAgent = "JumpCloud (simulated)"

// jumpCloudRetries is how often a task is tried again within a cycle. JumpCloud's own
// rule is not on record.
const jumpCloudRetries = 4

// jumpCloud plays JumpCloud's identity management. It knows users by bound groups
// alone, and looks everybody up by userName before it creates anybody.
type jumpCloud struct {
	*Provider
	dialect  string
	jobTitle string // the name under which the job title is sent
}

func newJumpCloud(p *Provider) (profile, error) {
	dialect, err := oneOf("dialect", p.options.Dialect, DialectCinode, DialectCustom)
	if err != nil {
		return nil, err
	}
	jobTitle, err := oneOf("job title", p.options.JobTitle, "title", "jobTitle")
	if err != nil {
		return nil, err
	}
	if user := p.options.TestUser; user != "" && !strings.Contains(strings.Trim(user, "@"), "@") {
		return nil, invalid("test user", "%q is no e-mail address; write it as probe@example.com", user)
	}
	return &jumpCloud{Provider: p, dialect: dialect, jobTitle: jobTitle}, nil
}

func (j *jumpCloud) header(string) http.Header {
	if j.options.Client.UserAgent != "" {
		return nil
	}
	return http.Header{"User-Agent": {jumpCloudAgent}}
}

func (j *jumpCloud) address(path string) string { return path }
func (j *jumpCloud) direct() bool               { return false }
func (j *jumpCloud) keepsUnbound() bool         { return false }

func (j *jumpCloud) troubled() string { return "There was a problem activating identity management" }

func (j *jumpCloud) retry(ctx context.Context, err error, failures int) (time.Duration, bool) {
	return j.backOff(ctx, err, failures, jumpCloudRetries)
}

func userPath(target string) string  { return "/Users/" + segment(target) }
func groupPath(target string) string { return "/Groups/" + segment(target) }

// segment is an id as one part of a path. Dots alone mean another path to whatever is on
// the way, and an application may call somebody "..".
func segment(id string) string {
	if id == "." || id == ".." {
		return strings.ReplaceAll(id, ".", "%2E")
	}
	return url.PathEscape(id)
}

// jumpCloudCycle is what one cycle knows beside the state. Its tasks may run in
// parallel.
type jumpCloudCycle struct {
	*jumpCloud
	c *cycle

	guard   sync.Mutex
	owners  map[string]string // accounts of the application, and whose they are in the directory
	told    map[string]bool   // the deleted of whose end the application knows
	fresh   map[string]bool   // those of whom the application was not known to have anything
	sent    map[string]bool   // those for whom more was sent than lookups
	remade  bool              // a group was gone from the application and was made again
	mending sync.Mutex        // held while that is done
	pass    int               // over the groups
}

// cycle sends users first, so that members exist when their groups are sent.
func (j *jumpCloud) cycle(ctx context.Context, c *cycle) error {
	r := &jumpCloudCycle{jumpCloud: j, c: c, owners: map[string]string{}, told: map[string]bool{}, fresh: map[string]bool{}, sent: map[string]bool{}}
	managed := false
	j.with(func(s *state) {
		managed = s.Connection.Groups
		for id, link := range s.Users {
			if u := s.Directory.byID[id]; u != nil && !u.Deleted && link.Target != "" {
				r.owners[link.Target] = id
			}
		}
	})
	if err := r.users(ctx); err != nil {
		return err
	}
	if managed {
		if err := r.groups(ctx); err != nil {
			return err
		}
	}
	return r.forget(managed)
}

// forget drops the deleted who were told of. One who is still in a group of the
// application stays known, so that the next cycle can take them out.
func (r *jumpCloudCycle) forget(managed bool) error {
	r.with(func(s *state) {
		for id := range r.told {
			member := false
			for _, link := range s.Groups {
				member = member || managed && link.Members[id]
			}
			if !member {
				delete(s.Users, id)
			}
		}
	})
	return r.save(false)
}

// moved makes every id doubtful when the base URL has changed: ids are small
// integers at Cinode, and those of another tenant are other people's. JumpCloud looks
// all up again by their names; the others keep their ids, as they keep a job.
func (p *Provider) moved(from, to string) {
	if p.options.Kind != JumpCloud || from == "" || strings.TrimRight(from, "/") == strings.TrimRight(to, "/") {
		return
	}
	p.with(func(s *state) {
		for _, link := range s.Users {
			link.Target, link.Sent = "", map[string]string{}
		}
		for _, link := range s.Groups {
			link.Target = ""
		}
	})
}
