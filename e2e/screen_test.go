package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"hospital-appointments-redis/e2e/containers"
)

// site is WordPress's address inside, where the browser is.
const site = "http://localhost"

// corePath: an old WordPress on a newer PHP has complaints of its own.
var corePath = regexp.MustCompile(` in <b>/var/www/html/wp-(?:includes|admin)/|WordPress\.org`)

// complaint is what PHP prints into a page; the fixtures let it.
var complaint = regexp.MustCompile(`(?:Fatal error|Parse error|Warning|Notice|Deprecated)(?:</b>)?: .*`)

// browser is a tab of the stack's Chromium, logged in.
type browser struct {
	clinic
	ctx context.Context
}

func (c clinic) browser() browser {
	c.t.Helper()
	// The test's own context ends before its cleanup, in which the picture is taken.
	ctx, cancel := chromedp.NewRemoteAllocator(context.WithoutCancel(c.t.Context()), c.Browser)
	c.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	c.t.Cleanup(cancel)                                                                                                                            // closes the tab, and with it WordPress's heartbeat
	if err := chromedp.Run(ctx, page.BringToFront(), emulation.SetFocusEmulationEnabled(true), chromedp.EmulateViewport(1280, 1024)); err != nil { // the tab lives as long as the context it is first used with
		c.t.Fatalf("open a tab: %v", err)
	}
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	c.t.Cleanup(cancel)
	b := browser{c, ctx}
	c.t.Cleanup(b.picture)
	b.do("open the log-in",
		chromedp.Navigate(site+"/wp-login.php"),
		chromedp.WaitVisible("#user_pass", chromedp.ByQuery),
		// WordPress's script empties a field and goes there, a moment after the page is loaded.
		chromedp.Poll(`["user_login", "user_pass"].includes(document.activeElement.id)`, nil),
		chromedp.SetValue("#user_login", containers.AdminUser, chromedp.ByQuery),
		chromedp.SetValue("#user_pass", containers.AdminPassword, chromedp.ByQuery),
	)
	b.press("log in", "#wp-submit", "#wpadminbar")
	return b
}

// do runs actions, and then reads the page for PHP's complaints.
func (b browser) do(what string, actions ...chromedp.Action) {
	b.t.Helper()
	var html string
	if err := chromedp.Run(b.ctx, append(actions, chromedp.Evaluate("document.documentElement.outerHTML", &html))...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
	for _, found := range complaint.FindAllString(html, -1) {
		if !corePath.MatchString(found) {
			b.t.Errorf("%s: the page says %q", what, found)
		}
	}
}

// press clicks what leads to another page, and waits until that one is loaded
// and shows an element.
func (b browser) press(what, selector, shown string) {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Focus(selector, chromedp.ByQuery), chromedp.Click(selector, chromedp.ByQuery)); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
	b.do(what, chromedp.WaitVisible(shown, chromedp.ByQuery))
}

// text returns what a person reads in an element.
func (b browser) text(selector string) string {
	b.t.Helper()
	var text string
	b.do("read "+selector, chromedp.Text(selector, &text, chromedp.ByQuery))
	return strings.TrimSpace(text)
}

// chosen returns the value of a form's field.
func (b browser) chosen(selector string) string {
	b.t.Helper()
	var text string
	b.do("read "+selector, chromedp.Value(selector, &text, chromedp.ByQuery))
	return text
}

func (b browser) list() {
	b.t.Helper()
	b.do("open the list", chromedp.Navigate(site+"/wp-admin/edit.php?post_type="+appointment), chromedp.WaitVisible("#the-list", chromedp.ByQuery))
}

// picture of the page, where the test failed.
func (b browser) picture() {
	if !b.t.Failed() {
		return
	}
	var png []byte
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), 10*time.Second)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.FullScreenshot(&png, 100)); err != nil {
		b.t.Logf("no picture of the page: %v", err)
		return
	}
	file := filepath.Join(os.TempDir(), strings.ReplaceAll(b.t.Name(), "/", "_")+".png")
	if err := os.WriteFile(file, png, 0o600); err != nil {
		b.t.Logf("no picture of the page: %v", err)
		return
	}
	b.t.Logf("the page: %s", file)
}

// TestScreen: staff keep their screens, and what they see is what is so.
func TestScreen(t *testing.T) {
	c := open(t)
	post := c.post(appointment, meta{"status": "pending", "room": "101", "notes": "as it was"})
	b := c.browser()
	row := fmt.Sprintf("#post-%d ", post)

	edit := fmt.Sprintf("%s/wp-admin/post.php?post=%d&action=edit", site, post)
	b.do("open the edit screen", chromedp.Navigate(edit), chromedp.WaitVisible("#hospital-status", chromedp.ByQuery))
	equal(t, "status before", b.chosen("#hospital-status"), "pending")
	asked := c.asked(func() {
		b.do("change", chromedp.SetValue("#hospital-status", "checked_in", chromedp.ByQuery), chromedp.SetValue("#hospital-room", `B "2"`, chromedp.ByQuery))
		b.press("press Update", "#publish", "#message.updated")
	})
	equal(t, "offloaded updates", asked["/v1/write"], 2)
	if said := b.text("#message"); !strings.Contains(said, "updated.") {
		t.Errorf("the screen says %q", said)
	}
	equal(t, "status on the screen", b.chosen("#hospital-status"), "checked_in")
	equal(t, "room on the screen", b.chosen("#hospital-room"), `B "2"`)
	c.sync()
	equal(t, "row of the status", c.row(post, "status"), "checked_in")
	equal(t, "row of the room", c.row(post, "room"), `B "2"`)
	equal(t, "row of what was not touched", c.row(post, "notes"), "as it was")
	b.list()
	equal(t, "status in the list", b.text(row+".column-hospital_status"), "Checked in")

	release := c.hold(post)
	defer release()
	// Another process' update, and then a click in the list: each is shown at once.
	equal(t, "update", c.php(step{"update_post_meta", post, "status", "pending"})[0].String(), "true")
	b.list()
	equal(t, "status in the list before the sync", b.text(row+".column-hospital_status"), "Pending")
	b.press("click Confirm", row+".row-actions .hospital_confirmed a", ".notice-success")
	equal(t, "status after the click", b.text(row+".column-hospital_status"), "Confirmed")
	equal(t, "row meanwhile", c.row(post, "status"), "checked_in")
	release()
	c.sync()
	equal(t, "row of the click", c.row(post, "status"), "confirmed")

	b.do("choose a status", chromedp.SetValue("#hospital-status-filter", "confirmed", chromedp.ByQuery))
	b.press("filter by it", "#post-query-submit", row)
	b.do("the plugin's screen", chromedp.Navigate(site+"/wp-admin/options-general.php?page=hospital-appointments-redis"), chromedp.WaitVisible("#hospital-environment", chromedp.ByQuery))
	b.do("the list of plugins", chromedp.Navigate(site+"/wp-admin/plugins.php"), chromedp.WaitVisible("#the-list", chromedp.ByQuery))
	b.do("a new appointment", chromedp.Navigate(site+"/wp-admin/post-new.php?post_type="+appointment), chromedp.WaitVisible("#hospital-status", chromedp.ByQuery))

	// A visitor sees no appointment.
	request, err := http.NewRequestWithContext(t.Context(), "GET", fmt.Sprintf("%s/wp-json/wp/v2/hospital_appointment/%d", c.WordPress, post), nil)
	if err != nil {
		t.Fatal(err)
	}
	status, _ := c.send(request)
	equal(t, "status code for a visitor", status, http.StatusUnauthorized)
}
