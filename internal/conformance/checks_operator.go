package conformance

import (
	"strings"
	"time"
)

var operatorChecks = checks{
	"FILT-007": func(t *trial) {
		if a := t.d.user.find("userName"); a != nil && a.exact {
			t.skipf("userName is published as caseExact")
		}
		u, other := t.user("displayName", "An-"+t.name()+"-MiXeD"), t.user()
		t.finds("userName eq "+encode(strings.ToUpper(u.userName())), these(u), these(other))
		if !t.d.user.find("displayName").exact {
			t.finds("displayName co "+encode(strings.ToUpper(t.mark)), these(u), these(other))
			flipped := encode(flip(u.asked["displayName"]))
			t.finds("displayName eq "+flipped, these(u), these(other))
			t.finds("displayName sw "+flipped, these(u), these(other))
			t.finds("displayName ew "+flipped, these(u), these(other))
			t.finds("displayName ne "+flipped, nil, these(u))
		}
	},
	"FILT-008": func(t *trial) {
		u := t.user("externalId", t.name()+"-AbC")
		t.finds("externalId eq "+t.quoted(u, "externalId"), these(u), nil)
		for _, operator := range []string{"eq ", "co ", "sw ", "ew "} {
			t.finds("externalId "+operator+encode(flip(u.asked["externalId"])), nil, these(u))
		}
		t.finds("meta.resourceType eq "+encode(flip(t.d.user.name)), nil, these(u))
	},
	"FILT-009": func(t *trial) {
		u := t.user()
		t.finds("userName eq "+t.quoted(u, "userName"), these(u), nil)
		t.finds("userName eq "+encode(u.userName()+"x"), nil, these(u))
		created := t.instant(u.now(), "created")
		t.finds("meta.created eq "+encode(at(u.now(), "meta", "created")), these(u), nil)
		t.finds("meta.created eq "+encode(created.Add(time.Hour).UTC().Format(time.RFC3339Nano)), nil, these(u))
		if t.has("active") {
			off := t.user("active", false)
			t.finds("active eq false", these(off), these(t.user("active", true)))
		}
		if t.has("profileUrl") {
			page := "https://example.com/" + t.name()
			t.finds("profileUrl eq "+encode(page), these(t.user("profileUrl", page)), these(u))
		}
	},
	"FILT-010": func(t *trial) {
		a, b := t.user("title", "a"), t.user("title", "b")
		t.finds(`title ne "a"`, these(b), these(a))
	},
	"FILT-011": func(t *trial) {
		a, without := t.user("title", "a"), t.user()
		t.finds(`title ne "a"`, these(without), these(a))
	},
	"FILT-012": func(t *trial) {
		u := t.user("emails", list{mail("work", t.name()+"@example.com"), mail("home", t.name()+"@example.com")})
		t.finds(`emails.type ne "work"`, nil, these(u))
	},
	"FILT-013": func(t *trial) {
		mark := t.name()
		whole := mark + "-begin-mid-end"
		u := t.user("displayName", whole)
		for _, f := range []string{"co " + encode(mark+"-begin-mid"), `co "-mid-"`, "co " + encode(whole), "sw " + encode(mark), "sw " + encode(whole),
			`ew "-mid-end"`, "ew " + encode(whole)} {
			t.finds("displayName "+f, these(u), nil)
		}
		for _, f := range []string{`sw "begin"`, `ew "mid"`, `co "begin-end"`, "sw " + encode(whole+"x")} {
			t.finds("displayName "+f, nil, these(u))
		}
	},
	"FILT-014": func(t *trial) {
		t.needs("active")
		t.refusesFilter(`active co "t"`, `active sw "t"`)
	},
	"FILT-015": func(t *trial) {
		mark := t.name()
		u, other := t.user("displayName", mark+" 100% x_y"), t.user("displayName", mark+" 100 xzy")
		t.finds("displayName co "+encode(mark+" 100%"), these(u), these(other))
		t.finds(`displayName co "x_y"`, these(u), these(other))
		t.finds(`displayName co "x%y"`, nil, these(u, other))
		t.finds(`displayName co "x*y"`, nil, these(u, other))
	},
	"FILT-016": func(t *trial) {
		with, without := t.user("title", "x"), t.user()
		t.finds("title pr", these(with), these(without))
	},
	"FILT-017": func(t *trial) {
		t.needs("title", "emails", "nickName")
		body := t.userBody("title", nil, "emails", list{})
		if a := t.d.user.find("emails"); a.required {
			t.skipf("emails are required here")
		}
		u, full := t.create(t.users(), body), t.user("title", "x", "nickName", "y", "emails", list{mail("work", t.name()+"@example.com")})
		for _, name := range []string{"title", "emails", "nickName"} {
			t.finds(name+" pr", these(full), these(u))
		}
		if a := t.send("POST", t.users(), t.userBody("nickName", "")); a.Status == 201 { // a target may refuse it
			t.finds("nickName pr", nil, these(t.resource(t.users(), a)))
		}
	},
	"FILT-018": func(t *trial) {
		t.needs("name.familyName")
		if a := t.d.user.find("name.familyName"); a.required {
			t.skipf("name.familyName is required here")
		}
		u := t.user("name", object{"givenName": "x"})
		t.finds("name pr", these(u), nil)
		t.finds("name.givenName pr", these(u), nil)
		t.finds("name.familyName pr", nil, these(u))
	},
	"FILT-019": func(t *trial) {
		u := t.user("active", false)
		t.finds("active pr", these(u), nil)
	},
	"FILT-020": func(t *trial) {
		mark := t.name()
		a, b, c := t.user("userName", mark+"-a@example.com"), t.user("userName", mark+"-B@example.com"), t.user("userName", mark+"-c@example.com")
		limit := encode(mark + "-b@example.com")
		t.finds("userName gt "+limit, these(c), these(a, b))
		t.finds("userName ge "+limit, these(b, c), these(a))
		t.finds("userName lt "+limit, these(a), these(b, c))
		t.finds("userName le "+limit, these(a, b), these(c))
	},
	"FILT-021": func(t *trial) {
		u := t.user()
		created := t.instant(u.now(), "created")
		zone := time.FixedZone("", 2*60*60)
		for _, text := range []string{created.UTC().Format(time.RFC3339Nano), created.In(zone).Format(time.RFC3339Nano)} {
			t.finds("meta.created ge "+encode(text), these(u), nil)
			t.finds("meta.created gt "+encode(text), nil, these(u))
			t.finds("meta.created le "+encode(text), these(u), nil)
			t.finds("meta.created lt "+encode(text), nil, these(u))
		}
	},
	"FILT-022": func(t *trial) {
		used := false
		if t.has("active") {
			t.refusesFilter("active gt true", "active le false")
			used = true
		}
		if t.has("x509Certificates.value") {
			t.refusesFilter(`x509Certificates.value lt "QQ=="`)
			used = true
		}
		if !used {
			t.skipf("neither active nor x509Certificates is published")
		}
	},
}

// twoMails is the value most value-path checks work on.
func (t *trial) twoMails() (u *resource, work, home string) {
	work, home = t.name()+"@work.example.com", t.name()+"@home.example.com"
	return t.user("emails", list{mail("work", work), mail("home", home)}), work, home
}

var valuePathChecks = checks{
	"VPATH-001": func(t *trial) {
		u, work, home := t.twoMails()
		t.finds(`emails[type eq "work" and value eq `+encode(work)+`]`, these(u), nil)
		t.finds(`emails[type eq "work" and value eq `+encode(home)+`]`, nil, these(u))
	},
	"VPATH-002": func(t *trial) {
		t.needs("emails.value")
		t.refusesFilter(`emails[bogus eq "x"]`, `emails[userName eq "x"]`)
	},
	"VPATH-003": func(t *trial) {
		u := t.user("userType", "Employee", "emails", list{mail("work", t.name()+"@example.com")})
		other, _, _ := t.twoMails()
		t.finds(`userType eq "Employee" and emails[type eq "work"]`, these(u), these(other))
		t.finds(`not (emails[type eq "home"])`, these(u), these(other))
		t.finds(`(emails[type eq "home"] or userType eq "Employee") and userName pr`, these(u, other), nil)
	},
	"VPATH-004": func(t *trial) {
		u, _, _ := t.twoMails()
		other := t.user("emails", list{mail("other", t.name()+"@other.example.com")})
		t.finds(`emails[type eq "none" or (type eq "home" and value ew "@home.example.com")]`, these(u), these(other))
		t.finds(`emails[type eq "work" and value pr and not (value ew "@home.example.com")]`, these(u), these(other))
		t.finds(`emails[type eq "home" and value ew "@work.example.com" or type eq "none"]`, nil, these(u, other))
	},
	"VPATH-005": func(t *trial) {
		t.needs("emails.value")
		t.refusesFilter(`emails[type eq "work" and emails[value pr]]`)
	},
	"VPATH-006": func(t *trial) {
		t.needs("emails.value")
		t.refusesFilter(`emails[type eq "work"].value eq "a"`)
	},
	"VPATH-007": func(t *trial) {
		t.needs("emails.type")
		if t.d.user.find("emails.type").exact {
			t.skipf("emails.type is published as caseExact")
		}
		u, _, _ := t.twoMails()
		t.finds(`emails[type eq "WORK"]`, these(u), nil)
	},
	"VPATH-008": func(t *trial) {
		both, _, _ := t.twoMails()
		work := t.user("emails", list{mail("work", t.name()+"@example.com")})
		t.finds(`emails[not (type eq "work")]`, these(both), these(work))
	},
	"VPATH-009": func(t *trial) {
		t.needsMembers()
		u, other := t.user(), t.user()
		in, out := t.group(u), t.group(other)
		t.findIn(t.groups(), "members[value eq "+encode(u.id)+"]", in, out).has(in).lacks(out)
	},
	"VPATH-010": func(t *trial) {
		mark := t.name()
		u := t.user("name", object{"givenName": mark, "familyName": "x"})
		f := "name[givenName eq " + encode(mark) + "]"
		a := t.filtered(f).is(200, 400)
		if a.Status == 400 {
			a.refused(400, "invalidFilter")
			return
		}
		t.finds(f, these(u), nil)
	},
	"VPATH-011": func(t *trial) {
		u := t.user()
		f := "schemas[value eq " + encode(userURN) + "]"
		a := t.filtered(f).is(200, 400)
		if a.Status == 400 {
			a.refused(400, "invalidFilter")
			return
		}
		t.finds(f, these(u), nil)
	},
	"VPATH-012": func(t *trial) {
		t.needs("emails.type")
		t.refusesFilter("emails[", "emails[]", `emails[type eq "a"`, "emails", `emails[type eq "a"]]`)
	},
}
