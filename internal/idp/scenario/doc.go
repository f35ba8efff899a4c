// Package scenario plays stories: a directory, steps that an administrator or the
// course of things takes, and what is expected after each, on the target and of the
// identity provider. It owns the form of scenario files, the built-in ones, the
// runner and the reports. How an identity provider behaves is package idp's, how
// raw requests are sent again is package replay's, and who shows a report to whom is
// the commands' and the pages'.
//
// # Scenarios
//
// A scenario is YAML:
//
//	name: joiner
//	description: Ann joins and is given a title.
//	providers: [jumpcloud]              # all of them if left out
//	options: {dialect: custom}          # those of the command line go before them
//	directory:
//	  users:
//	    - {username: bo@example.com, firstName: Bo, lastName: Ek}
//	  groups:
//	    - {name: Engineers, members: [bo@example.com], bound: true}
//	steps:
//	  - activate:
//	  - name: Ann joins
//	    hire: {username: ann@example.com, firstName: Ann, lastName: Holm, groups: [Engineers]}
//	  - sync:
//	    expect:
//	      users: {ann@example.com: {active: true, name.givenName: Ann, groups: [Engineers]}}
//	      events: [{action: create, object: ann@example.com, count: 1}]
//	      requests: [{method: POST, path: /Users, count: 2}]
//
// A step does one thing, whose name is its key (see [Actions]), or nothing and only
// expects. It may have a name, the providers that take it (only), and what its
// failure must say (fails; true is any failure). A step that fails without being
// expected to ends the story, an expectation that is not met does not.
//
// # Expectations
//
// They are read from the target by SCIM, so any server can be one: users by userName
// (attributes by path, or absent), groups by displayName (members, or absent), counts,
// and inSync, which compares the whole directory. Those of the journal and of the audit
// log need the admin API of this project's server, and are noted as not looked at
// elsewhere. Those of events and requests are about what the identity provider did
// since the step before, or since the beginning (since: start).
package scenario
