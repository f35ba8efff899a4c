// Package idp is the other side of the wire: identity providers that provision
// a SCIM server, as JumpCloud, Entra ID and Okta do it. It owns their directory
// (people, groups, memberships, and which groups are bound to the application),
// the integration and its life cycle, the provisioning cycle, and the log that
// the provider keeps of it (JumpCloud's Directory Insights events).
//
// One engine serves all: [Provider] keeps the state, runs the tasks of a cycle,
// tries again and remembers what it has sent. What differs from one identity
// provider to the next, the order of the calls and their dialect, is its
// profile: jumpcloud.go, entra.go, okta.go.
//
// It sees a server only over the wire, so any SCIM server can be its target.
// Stories made of steps and expectations are package idp/scenario's, how they
// are shown is the commands' and the pages'.
package idp
