package idp

import "time"

// typeOf is the provisioning action that Microsoft Graph has for an event.
func (e *entra) typeOf(event Event) string {
	switch {
	case event.Object.Kind == KindApplication:
		return "other"
	case event.Action == Create:
		return "create"
	case event.Action == Delete:
		return "delete"
	case event.Action == Deactivate:
		return "disable"
	default:
		return "update"
	}
}

// The provisioning log of Microsoft Graph: provisioningObjectSummary, with what a
// simulation knows.
type (
	provisioningSummary struct {
		ID           string               `json:"id"`
		ActivityTime time.Time            `json:"activityDateTime"`
		JobID        string               `json:"jobId"`
		CycleID      string               `json:"cycleId"`
		ChangeID     string               `json:"changeId"`
		Action       string               `json:"provisioningAction"`
		Status       provisioningStatus   `json:"provisioningStatusInfo"`
		Steps        []provisioningStep   `json:"provisioningSteps"`
		Modified     []modifiedProperty   `json:"modifiedProperties"`
		Source       *provisionedIdentity `json:"sourceIdentity,omitzero"`
		Target       *provisionedIdentity `json:"targetIdentity,omitzero"`
		SourceSystem provisioningSystem   `json:"sourceSystem"`
		TargetSystem provisioningSystem   `json:"targetSystem"`
		Principal    servicePrincipal     `json:"servicePrincipal"` // one, whatever the plural in Graph's description
		Initiator    initiator            `json:"initiatedBy"`
	}
	provisioningStatus struct {
		Status string             `json:"status"`
		Error  *provisioningError `json:"errorInformation,omitzero"`
	}
	provisioningError struct {
		Code   string `json:"errorCode"`
		Reason string `json:"reason"`
	}
	provisioningStep struct {
		Name        string `json:"name"`
		Type        string `json:"provisioningStepType"`
		Status      string `json:"status"`
		Description string `json:"description"`
	}
	modifiedProperty struct {
		DisplayName string `json:"displayName"`
		OldValue    string `json:"oldValue"`
		NewValue    string `json:"newValue"`
	}
	provisionedIdentity struct {
		ID           string `json:"id"`
		DisplayName  string `json:"displayName"`
		IdentityType string `json:"identityType"`
	}
	provisioningSystem struct {
		DisplayName string `json:"displayName"`
	}
	servicePrincipal struct {
		ID          string `json:"id"`
		DisplayName string `json:"displayName"`
	}
	initiator struct {
		ID          string `json:"id"`
		DisplayName string `json:"displayName"`
		Kind        string `json:"initiatorType"`
	}
)

// errorCodes name refusals; Microsoft's list of codes is longer.
var errorCodes = map[int]string{
	401: "UnauthorizedAccess", 403: "AccessForbidden", 404: "SystemForCrossDomainIdentityManagementNotFound",
	409: "DuplicateTargetEntries", 429: "TooManyRequests",
}

// record is an entry of the provisioning log. The ids of the cycle and the change are
// the engine's own.
func (e *entra) record(event Event) any {
	app := e.state.Application
	r := provisioningSummary{
		ID: event.ID, ActivityTime: event.Time.UTC(), JobID: "scim." + app.ID, ChangeID: event.ID, Action: event.Type,
		Status:       provisioningStatus{Status: "success"},
		SourceSystem: provisioningSystem{"Microsoft Entra ID"}, TargetSystem: provisioningSystem{app.DisplayLabel},
		Principal: servicePrincipal{app.ID, app.DisplayLabel},
		Initiator: initiator{DisplayName: "Azure AD Provisioning Service", Kind: "system"},
		Modified:  modified(event),
	}
	if id := e.cycleID.Load(); id != nil {
		r.CycleID = *id
	}
	if event.Object.Kind != KindApplication {
		r.Source = &provisionedIdentity{event.Object.ID, event.Object.Name, event.Object.Kind}
		if event.Object.Target != "" {
			r.Target = &provisionedIdentity{event.Object.Target, event.Object.Name, event.Object.Kind}
		}
	}
	step := provisioningStep{Name: "EntryExport", Type: "export", Status: "success", Description: string(event.Action) + " " + event.Object.Name}
	if event.Action == Lookup || event.Object.Kind == KindApplication {
		step.Name, step.Type = "EntryImport", "import"
	}
	if !event.Success {
		code := errorCodes[event.Status]
		if code == "" {
			code = "SystemForCrossDomainIdentityManagementServiceIncompatible"
		}
		step.Status = "failure"
		r.Status = provisioningStatus{Status: "failure", Error: &provisioningError{code, event.Error}}
	}
	r.Steps = []provisioningStep{step}
	return r
}

func modified(event Event) []modifiedProperty {
	list := []modifiedProperty{}
	for _, c := range event.Changes {
		list = append(list, modifiedProperty{c.Field, c.From, c.To})
	}
	switch event.Action {
	case AddMember:
		list = append(list, modifiedProperty{"members", "", event.Member.Target})
	case DropMember:
		list = append(list, modifiedProperty{"members", event.Member.Target, ""})
	case Deactivate:
		list = append(list, modifiedProperty{"active", "True", "False"})
	case Reactivate:
		list = append(list, modifiedProperty{"active", "False", "True"})
	}
	return list
}
