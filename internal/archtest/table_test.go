package archtest

// A row is one package, named by its folder. Rows stand from high to low, and a package may import the packages that
// stand below it, except those that match never. Only files that are not tests are judged; a test may import
// everything but bench and commands.
type row struct {
	pkg   string
	never []string // folders, groups of folders below, or libraries
	also  []string // folders above that may be imported all the same
	why   string   // the reason for never and also
}

// Names for several import paths at once, usable in never and in homes.
var groups = map[string][]string{
	"http":            {"net/http", "github.com/go-chi/...", "go.opentelemetry.io/contrib/..."},
	"chi":             {"github.com/go-chi/..."},
	"SQL":             {"database/sql/...", "github.com/jackc/pgx/...", "modernc.org/sqlite/..."},
	"implementations": {"internal/store/postgres", "internal/store/sqlite", "internal/store/sqlfilter", "internal/store/migrate"},
	"everything":      {"internal/...", "api/...", "migrations"},
}

// layout is the table of the design. Folders without a Go file yet are fine; a folder that is not here is not.
var layout = []row{
	{pkg: "cmd/cinode-scim", never: []string{
		"internal/server/...", "internal/web/...", "internal/checks", "internal/simulation", "internal/self", "internal/adminhttp", "internal/adminkey", "internal/scimhttp", "internal/journal", "internal/fault",
		"internal/provisioning", "internal/cinode", "internal/store/...", "internal/scim/...", "internal/idp/...", "internal/conformance",
		"internal/scimclient", "internal/har", "internal/report", "internal/config", "internal/telemetry", "internal/clock", "internal/testenv", "api/...", "migrations",
	}, why: "main handles signals and the exit code and leaves the rest to internal/cli"},
	{pkg: "internal/bench", why: "it measures from outside, with a client and a server process of its own"},
	{pkg: "api/scimtest", never: []string{"internal/cli"}, why: "the fixture embeds a server, not a command line"},
	{pkg: "internal/cli", never: []string{"SQL", "chi"}, why: "commands parse, call and print"},
	{pkg: "internal/server", why: "it wires everything, so it may import everything below"},
	{pkg: "internal/web", never: []string{"SQL", "implementations", "internal/adminhttp", "internal/scimhttp"},
		why: "pages show what the use cases answer; they reach storage through ports"},
	{pkg: "internal/checks", never: []string{"SQL", "chi", "implementations", "internal/adminhttp", "internal/scimhttp"},
		why: "it runs the judge for the pages, with tokens that the use cases make, and knows no edge"},
	{pkg: "internal/adminhttp", never: []string{"SQL", "implementations", "internal/web", "internal/scimhttp"},
		why: "the admin API speaks to use cases and ports, not to tables or to another edge"},
	{pkg: "internal/adminkey", never: []string{"SQL", "implementations"},
		why: "the API and the pages share the check of the admin key, which knows neither"},
	{pkg: "internal/simulation", never: []string{"SQL", "chi", "implementations", "internal/scimhttp"}, why: "it runs the IdP side in this process; what a token is made by is admin's"},
	{pkg: "internal/self", never: []string{"SQL", "chi", "internal/..."}, why: "it knows the listener's address, and not what answers there"},
	{pkg: "internal/admin", never: []string{"http", "SQL", "implementations", "internal/scimhttp"},
		why: "the admin API, the pages and the commands share its use cases, which know none of them"},
	{pkg: "internal/seed", never: []string{"http", "SQL", "internal/store/postgres", "internal/store/sqlite", "internal/store/migrate", "internal/scimhttp"},
		why: "a seed file becomes records of the store's port; of sqlfilter it takes the forms in which values are found"},
	{pkg: "internal/scimhttp", never: []string{"SQL", "implementations"},
		why: "the SCIM edge decodes, calls and encodes; it reaches storage through ports"},
	{pkg: "internal/journal", never: []string{"internal/store/...", "SQL", "internal/provisioning", "internal/scimhttp"},
		why: "the journal declares the storage port it needs and knows no edge"},
	{pkg: "internal/fault", never: []string{"internal/store/...", "SQL", "internal/provisioning", "internal/scimhttp"},
		why: "faults declare the storage port they need and know no edge"},
	{pkg: "internal/provisioning", never: []string{"http", "SQL", "implementations"},
		why: "use cases know neither the transport nor the database"},

	{pkg: "internal/store/storetest", also: []string{"internal/journal"}, never: []string{"implementations", "http", "SQL"},
		why: "the suite judges every implementation alike, so it may know none"},
	{pkg: "internal/store/postgres", also: []string{"internal/journal", "internal/fault"},
		never: []string{"internal/store/sqlite", "internal/store/storetest", "http", "modernc.org/sqlite/..."},
		why:   "one implementation knows nothing of the other; journal and fault declare ports that it implements"},
	{pkg: "internal/store/sqlite", also: []string{"internal/journal", "internal/fault"},
		never: []string{"internal/store/postgres", "internal/store/storetest", "http", "github.com/jackc/pgx/..."},
		why:   "one implementation knows nothing of the other; journal and fault declare ports that it implements"},
	{pkg: "internal/store/migrate", never: []string{"http", "internal/store/sqlfilter", "internal/scim/..."},
		why: "migrations move schemas and know no resource"},
	{pkg: "internal/store/sqlfilter", also: []string{"internal/journal"}, never: []string{"http", "SQL"},
		why: "it writes SQL text and runs none, for what the journal keeps too"},
	{pkg: "internal/store", never: []string{"http", "SQL"}, why: "the port names no driver"},
	{pkg: "internal/cinode", never: []string{"internal/store/...", "http", "SQL", "os", "net"},
		why: "Cinode's rules are pure, and below the port, which keeps tenants and tokens in their words"},

	{pkg: "internal/scim/quirk", never: []string{"http", "SQL", "os", "net", "internal/scim/patch"},
		why: "the protocol is pure; client quirks are rewritten before the engine sees them"},
	{pkg: "internal/scim/patch", never: []string{"http", "SQL", "os", "net"}, why: "the protocol is pure"},
	{pkg: "internal/scim/filter", never: []string{"http", "SQL", "os", "net"}, why: "the protocol is pure"},
	{pkg: "internal/scim/schema", never: []string{"http", "SQL", "os", "net"}, why: "the protocol is pure"},
	{pkg: "internal/scim", never: []string{"chi", "SQL", "os", "net"}, why: "the protocol is pure; of net/http it takes the names of status codes"},

	{pkg: "internal/idp/scenario", never: []string{"SQL", "chi"}, why: "stories drive the IdP side, and see a server only over the wire"},
	{pkg: "internal/idp", never: []string{"SQL", "chi"}, why: "the IdP side sees a server only over the wire"},
	{pkg: "internal/conformance", never: []string{"SQL", "chi", "internal/idp"}, why: "a judge shares no code with the judged"},
	{pkg: "internal/replay", never: []string{"SQL", "chi"}, why: "it sends to any server, and owns the form of scenarios, which the journal writes"},
	{pkg: "internal/scimclient", never: []string{"SQL", "chi"}, why: "a client of any server"},
	{pkg: "internal/report", never: []string{"http", "SQL", "internal/..."}, why: "it is the form of reports, and knows none of them"},
	{pkg: "internal/har", never: []string{"http", "SQL", "internal/..."}, why: "archives are data, of clients and of the journal alike"},
	{pkg: "internal/config", also: []string{"internal/cinode"}, never: []string{"http", "SQL", "internal/telemetry"},
		why: "options are data; what they configure reads them; what a tenant and a token can be called is Cinode's rule"},
	{pkg: "internal/telemetry", never: []string{"SQL"}, why: "storage reports to it, not the other way round"},
	{pkg: "internal/clock", never: []string{"http", "SQL"}, why: "the time needs nobody"},
	{pkg: "internal/testenv", never: []string{"everything"}, why: "what tests stand on must not stand on what they test"},
	{pkg: "internal/archtest", never: []string{"everything"}, why: "a judge shares no code with the judged"},
	{pkg: "api", never: []string{"everything"}, why: "it is one embedded document"},
	{pkg: "migrations", never: []string{"everything"}, why: "it is embedded SQL"},
	{pkg: "deploy", never: []string{"everything"}, why: "it holds no program"},
}

// A home is where a library, or a package of this module that is for few, may be imported outside the tests.
type home struct {
	module string
	in     []string
	why    string
}

var homes = []home{
	{"github.com/jackc/pgx/...", []string{"internal/store/postgres", "internal/store/migrate", "internal/testenv", "internal/bench"},
		"one place knows the driver, and maps its errors"},
	{"modernc.org/sqlite/...", []string{"internal/store/sqlite", "internal/store/migrate", "internal/bench"},
		"one place knows the driver, and maps its errors"},
	{"database/sql/...", []string{"internal/store/sqlite", "internal/store/postgres", "internal/store/migrate", "internal/bench"},
		"SQL lives in the store"},
	{"github.com/golang-migrate/...", []string{"internal/store/migrate", "migrations"}, "one place migrates"},
	{"github.com/scim2/filter-parser/...", []string{"internal/scim/filter"},
		"it needs the guards of internal/scim/filter: deep nesting kills the process"},
	{"github.com/spf13/...", []string{"internal/cli", "internal/config"}, "commands are cobra's, options are internal/config's"},
	{"chi", []string{"internal/server", "internal/scimhttp", "internal/adminhttp", "internal/adminkey", "internal/web"}, "routing is for the edges"},
	{"github.com/prometheus/...", []string{"internal/telemetry"}, "others declare what they count"},
	{"github.com/swaggest/...", []string{"internal/adminhttp"}, "one page shows the API"},
	{"github.com/getkin/...", nil, "it is for tests"},
	{"github.com/chromedp/...", nil, "the browser is for tests"},
	{"github.com/stretchr/testify/...", []string{"internal/store/storetest", "api/scimtest"}, "it is for tests and suites that tests call"},
	{"pgregory.net/rapid", []string{"internal/store/storetest"}, "it is for tests and suites that tests call"},
	{"go.uber.org/goleak", nil, "it is for tests"},
	{"testing/...", []string{"internal/store/storetest", "internal/testenv", "api/scimtest"}, "it is for tests and suites that tests call"},
	{"internal/testenv", []string{"internal/bench"}, "it is for tests and for the bench, which needs a server too"},
	{"internal/store/storetest", nil, "it is for tests"},
	{"internal/archtest", nil, "it is for nobody"},
}
