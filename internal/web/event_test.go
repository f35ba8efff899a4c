package web

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEvent_EachLineOfDataIsData(t *testing.T) {
	t.Parallel()
	e := event{ID: "7", Name: "row", Data: "a\nid: 1\r\revent: b\r\nc"}
	require.Equal(t, "id: 7\nevent: row\ndata: a\ndata: id: 1\ndata: \ndata: event: b\ndata: c\n\n", e.String())
}
