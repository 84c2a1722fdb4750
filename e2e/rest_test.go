package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

// TestREST: WordPress's own REST API updates metadata as ever.
func TestREST(t *testing.T) {
	c := open(t)
	password := value[[]any](t, c.php(step{"WP_Application_Passwords::create_new_application_password", 1, meta{"name": t.Name()}})[0])[0].(string)
	post := c.post(appointment, meta{"status": "pending", "room": "101", "insurance": "none", "doctor_id": "0"})
	path := fmt.Sprintf("%s/wp-json/wp/v2/hospital_appointment/%d", c.WordPress, post)
	rest := func(method, path, body, password string) (int, map[string]any) {
		request, err := http.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if password != "" {
			request.SetBasicAuth(containers.AdminUser, password)
		}
		request.Header.Set("Content-Type", "application/json")
		status, text := c.send(request)
		var answer struct{ Meta map[string]any }
		if err := json.Unmarshal([]byte(text), &answer); err != nil {
			t.Fatalf("%s %s: %d %s", method, path, status, text)
		}
		return status, answer.Meta
	}

	release := c.hold(post)
	defer release()
	// Arrays and numbers, text that is slashed and quoted on its way, and a key that another plugin registered.
	body := `{"meta":{"status":"confirmed","doctor_id":7,"room":"B \"2\" \\ 😷","insurance":"private"}}`
	asked := c.asked(func() {
		status, got := rest("POST", path, body, password)
		equal(t, "status code", status, http.StatusOK)
		equal(t, "answer", fmt.Sprint(got["status"], got["room"], got["insurance"]), `confirmedB "2" \ 😷private`)
	})
	equal(t, "offloaded updates", asked["/v1/write"], 4)
	equal(t, "the row meanwhile", c.row(post, "status"), "pending")
	status, got := rest("GET", path, "", password)
	equal(t, "status code", status, http.StatusOK)
	equal(t, "read back", fmt.Sprint(got["status"], got["doctor_id"], got["room"], got["insurance"]), `confirmed7B "2" \ 😷private`)
	release()
	c.sync()
	for key, want := range map[string]string{"status": "confirmed", "doctor_id": "7", "room": `B "2" \ 😷`, "insurance": "private"} {
		equal(t, key, c.row(post, key), want)
	}

	status, _ = rest("POST", path, `{"meta":{"checklist":["form","card"]}}`, password)
	equal(t, "status code", status, http.StatusOK)
	status, got = rest("POST", path, `{"meta":{"checklist":["form"]}}`, password)
	equal(t, "status code", status, http.StatusOK)
	equal(t, "list", fmt.Sprint(got["checklist"]), "[form]")
	c.sync()
	equal(t, "row of the list", c.row(post, "checklist"), `a:1:{i:0;s:4:"form";}`)

	status, _ = rest("POST", path, `{"meta":{"status":"cancelled"}}`, "")
	equal(t, "status code for a stranger", status, http.StatusUnauthorized)
	equal(t, "what a stranger changed", c.php(step{"get_post_meta", post, "status", true})[0].String(), `"confirmed"`)
}
