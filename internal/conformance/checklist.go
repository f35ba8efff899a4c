package conformance

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// The rows, one a line: ID, level, section, gates and sentence, parted by tabs.
var (
	//go:embed checklist-read.tsv
	checklistRead string
	//go:embed checklist-write.tsv
	checklistWrite string
)

// checks is a part of the checks, by the ID of the row.
type checks map[string]func(*trial)

// areaTitles name the areas, in the order of the checklist.
var areaTitles = []struct{ area, title string }{
	{"DISC", "Discovery, common rules"}, {"SPC", "ServiceProviderConfig"}, {"RT", "ResourceTypes"}, {"SCH", "Schemas"},
	{"HTTP", "Media types, headers, methods, versions"}, {"CREATE", "Create"}, {"READ", "Retrieve one"},
	{"LIST", "Query and ListResponse"}, {"FILT", "Filters"}, {"VPATH", "Value-path filters"}, {"SORT", "Sorting"},
	{"PAGE", "Index pagination"}, {"CURS", "Cursor pagination"}, {"ATTR", "attributes and excludedAttributes"},
	{"SRCH", "POST .search"}, {"PUT", "Replace"}, {"PATCH", "Partial update"}, {"DEL", "Delete"}, {"BULK", "Bulk"},
	{"ME", "/Me"}, {"ETAG", "Versions and conditional requests"}, {"ERR", "Errors"},
	{"AUTH", "Authentication and authorization"}, {"TEN", "Multi-tenancy"}, {"SEC", "Security"},
	{"CHAR", "Data types and characteristics"}, {"COMM", "Common attributes"}, {"USER", "User schema"},
	{"GROUP", "Group schema"}, {"ENT", "Enterprise User extension"}, {"NULL", "Unassigned values"},
	{"MVAL", "Multi-valued attributes"}, {"UNK", "Unknown attributes and schemas"}, {"I18N", "Internationalisation"},
	{"EVT", "Events and asynchronous requests"}, {"SETD", "Security event tokens"}, {"DEV", "Devices"},
	{"DRAFT", "Drafts"}, {"INTOP", "Client tolerance"},
}

// Area is a part of the checklist: the word before the number of a row, and its title.
type Area struct{ Name, Title string }

// Areas gives the parts of the checklist, in its order.
func Areas() []Area {
	list := make([]Area, len(areaTitles))
	for i, a := range areaTitles {
		list[i] = Area{a.area, a.title}
	}
	return list
}

// Rows gives the checklist.
func Rows() []Row { return slices.Clone(allRows()) }

var allRows = sync.OnceValue(mustReadRows)

func mustReadRows() []Row {
	var rows []Row
	for line := range strings.Lines(checklistRead + checklistWrite) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != 5 {
			panic(fmt.Sprintf("the checklist has a line of %d cells: %s", len(cells), line))
		}
		area, _, _ := strings.Cut(cells[0], "-")
		row := Row{ID: cells[0], Area: area, Level: Level(cells[1]), Section: cells[2], Text: cells[4]}
		if cells[3] != "" {
			row.Gates = strings.Split(cells[3], ",")
		}
		rows = append(rows, row)
	}
	return rows
}

// allChecks are the checks of all areas.
var allChecks = sync.OnceValue(mustJoinChecks)

func mustJoinChecks() checks {
	all := checks{}
	for _, part := range []checks{
		discoveryChecks, schemaChecks, httpChecks, createChecks, readChecks, filterChecks, operatorChecks, valuePathChecks,
		pageChecks, projectionChecks, putChecks, patchFormChecks, patchAddChecks, patchReplaceChecks, deleteChecks, etagChecks,
		errorChecks, authChecks, commonChecks, valueChecks,
		bulkChecks, bulkReferenceChecks, characteristicChecks, groupChecks, enterpriseChecks,
		sortChecks, cursorChecks, cursorErrorChecks, searchChecks, meChecks,
		userChecks, i18nChecks, interopChecks, tenantChecks, securityChecks,
	} {
		for id, check := range part {
			if all[id] != nil {
				panic("two checks for " + id)
			}
			all[id] = check
		}
	}
	return all
}
