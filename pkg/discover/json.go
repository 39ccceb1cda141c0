package discover

import "encoding/json"

// MarshalJSON writes the image as one name.
func (f Finding) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Image      string     `json:"image"`
		Confidence Confidence `json:"confidence"`
		Evidence
	}{f.Image.String(), f.Confidence, f.Evidence})
}

// MarshalJSON writes the image as one name.
func (n Needed) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Image    string    `json:"image"`
		Extra    string    `json:"extra,omitempty"`
		Evidence []Finding `json:"evidence,omitempty"`
	}{n.Image.String(), n.Extra, n.Evidence})
}

// MarshalJSON writes the image as one name.
func (e Excluded) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Image    string    `json:"image"`
		Reason   string    `json:"reason"`
		Evidence []Finding `json:"evidence"`
	}{e.Image.String(), e.Reason, e.Evidence})
}
