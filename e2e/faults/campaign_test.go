package faults

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

var (
	seconds = flag.Int("faults.seconds", 0, "how long TestCampaign breaks things; 0: a short fixed list of faults")
	seed    = flag.Uint64("faults.seed", 1, "what chooses faults and operations")
	only    = flag.String("faults.only", "", "regular expression of the faults' names, to look at some of them")
	saved   = flag.String("faults.history", "", "file that every call of every client is written to")
	fsync   = flag.String("faults.fsync", "always", "Redis' appendfsync: always or everysec")
	verbose = flag.Bool("faults.verbose", false, "say each fault when it is injected")
)

func TestMain(m *testing.M) {
	flag.Parse()
	containers.LiveFor(time.Duration(*seconds)*time.Second + 30*time.Minute)
	os.Exit(containers.Main(m))
}

// run is one campaign.
type run struct {
	*containers.BadLines
	*site
	nemesis    *nemesis
	begin      map[Field]string
	complaints *locked
	seed       uint64
}

// locked is a buffer that many write to.
type locked struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(b)
}

// everysec: Redis flushes its file once a second, as docker/redis.conf has it.
func everysec() bool { return *fsync == "everysec" }

// wanted is the stack of a campaign: with appendfsync always each acknowledged
// write is in Redis' file before the answer.
func wanted(binary string) containers.Wanted {
	return containers.Wanted{
		Redis: []string{"--appendfsync", *fsync}, MustUse: "faults/php/op.php", Binary: binary,
		Settings: []string{"HOSPITAL_CLAIM_LEASE=2s", "HOSPITAL_BACKOFF_MAX=2s"},
	}
}

// lateComers are posts whose slugs come while they are written to.
const lateComers = 8

// prepare makes the posts that a campaign works on.
func prepare(t testing.TB, b *containers.BadLines, seed uint64) *run {
	t.Helper()
	s := &site{}
	complaints := &locked{}
	t.Cleanup(func() {
		if t.Failed() {
			first, second := b.Logs(t, "sidecar"), b.Logs(t, "second")
			t.Logf("the sidecar's log:\n%s\nthe second's:\n%s\nPHP:\n%s", tail(first), tail(second), tail(complaints.String()))
			if *saved != "" {
				if err := os.WriteFile(*saved+".log", []byte(first+"\nthe second's:\n"+second), 0o644); err != nil {
					t.Logf("the logs are not saved: %v", err)
				}
			}
		}
	})
	r := &run{BadLines: b, site: s, begin: map[Field]string{}, complaints: complaints, seed: seed}
	for i, post := range r.posts(t, 14) {
		for _, key := range []string{"notes", "room", "status"} {
			f := Field{post, key}
			switch {
			case i < 2:
				s.hot = append(s.hot, f)
			case key != "status":
				s.cold = append(s.cold, f)
			}
			r.begin[f] = "0"
		}
		if i < 4 {
			s.born = append(s.born, Field{post, "born"}, Field{post, "reborn"})
		}
	}
	for _, f := range s.born {
		r.begin[f] = ""
	}
	for _, post := range r.posts(t, lateComers) {
		s.late = append(s.late, Field{post, "room"}, Field{post, "late"})
		r.begin[Field{post, "room"}], r.begin[Field{post, "late"}] = "0", ""
	}
	if _, err := b.DB.ExecContext(t.Context(), "UPDATE wp_posts SET post_name = CONCAT('named-', ID) WHERE ID < ?", s.late[0].Post); err != nil {
		t.Fatal(err)
	}
	s.spare = r.posts(t, 1)[0]
	s.doomed = r.posts(t, 40)
	for _, post := range s.doomed {
		r.begin[Field{post, "notes"}] = "0"
	}
	s.History = NewHistory()
	words := func(string, ...any) {}
	if *verbose {
		words = t.Logf
	}
	r.nemesis = &nemesis{BadLines: b, site: s, t: t, dice: rand.New(rand.NewPCG(seed, 0)), words: words}
	return r
}

func (r *run) posts(t testing.TB, count int) (ids []int) {
	t.Helper()
	steps := fmt.Sprintf(`[["clinic_posts",%d,"hospital_appointment",{"notes":"0","room":"0","status":"0"}]]`, count)
	var results []struct{ Value []int }
	out := r.Exec(t, "wordpress", "php", "/e2e/wordpress/steps.php", steps)
	if err := json.Unmarshal([]byte(out), &results); err != nil || len(results) != 1 {
		t.Fatalf("making posts: %v %s", err, out)
	}
	return results[0].Value
}

// start lets the clients loose.
func (r *run) start(t testing.TB) {
	t.Helper()
	for i, sidecar := range []string{"", "", r.Line[containers.PHPToSecond].Addr} {
		who := fmt.Sprint("php", i)
		w := newWorker(t, r.BadLines, r.complaints, sidecar)
		r.client(func(dice *rand.Rand) { r.throughWordPress(who, dice, w); _ = w.in.Close() }, who)
	}
	for i := range 2 {
		who := fmt.Sprint("web", i)
		r.client(func(dice *rand.Rand) { r.throughWordPress(who, dice, newWeb(r.BadLines)) }, who)
	}
	for i, base := range []string{r.API, r.API, r.Second} {
		who := fmt.Sprint("api", i)
		r.client(func(dice *rand.Rand) { r.directly(who, dice, newDirect(base, r.Token)) }, who)
	}
}

func (r *run) client(work func(*rand.Rand), who string) {
	var name uint64
	for _, c := range who {
		name = name*31 + uint64(c)
	}
	r.clients.Go(func() { work(rand.New(rand.NewPCG(r.seed, name))) })
}

// finish stops the clients, drains, checks, and prints the verdict. It fails the
// test for what it found unless found is asked for.
func (r *run) finish(t testing.TB) *Verdict {
	t.Helper()
	took := r.Now()
	r.stop.Store(true)
	r.clients.Wait()
	r.nemesis.comeAll()
	final := r.drain(t)
	v := &Verdict{Seed: r.seed, Took: took, Faults: r.nemesis.faults, Ops: r.Ops(), Letters: len(final.Letters)}
	v.recovered(r.nemesis.healed)
	if *saved != "" {
		if err := r.Save(*saved); err != nil {
			t.Errorf("the history is not saved: %v", err)
		}
	}
	v.Report = Check(v.Ops, r.begin, final)
	var out bytes.Buffer
	v.Print(&out)
	for _, f := range v.Report.Findings[:min(len(v.Report.Findings), 5)] {
		v.Explain(&out, f, r.begin[f.Field])
	}
	t.Log(out.String())
	return v
}

func (r *run) fails(t testing.TB, v *Verdict) {
	t.Helper()
	for _, f := range v.Report.Findings[:min(len(v.Report.Findings), 20)] {
		t.Errorf("seed %d: %s: %s: %s", r.seed, f.Harm, f.Field, f.Text)
	}
}

func tail(text string) string { return text[max(0, len(text)-6000):] }

// TestCampaign breaks the stack while it is written to: nothing acknowledged is
// lost, nothing older wins (P1, P2, P3).
func TestCampaign(t *testing.T) {
	binary, clocked := "", []string{"redis", "database"}
	if *seconds > 0 { // a program of its own takes a while to build
		binary, clocked = filepath.Join(t.TempDir(), "hospital-sidecar"), append(clocked, "sidecar", "second")
		build(t, binary, steppable())
	}
	r := prepare(t, containers.StartBadLines(t, wanted(binary)), cmp.Or(*seed, 1))
	r.nemesis.recover(time.Minute)
	r.heeded(t, clocked...)
	t.Run("sidecars stopped in a transaction", func(t *testing.T) { stoppedInATransaction(t, r) })
	r.start(t)
	all := slices.Concat(everything(), tables(), clocks(clocked...))
	if *seconds == 0 {
		for _, name := range decisive {
			r.decide(t, named(t, all, name))
		}
	}
	all = slices.DeleteFunc(all, func(f fault) bool { return !regexp.MustCompile(*only).MatchString(f.name) })
	for end := time.Duration(*seconds) * time.Second; r.Now() < end; {
		r.nemesis.round(pick(r.nemesis.dice, all, []int{1, 1, 2, 3}[r.nemesis.dice.IntN(4)])...)
	}
	r.fails(t, r.finish(t))
}
