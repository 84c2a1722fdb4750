package bench

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
)

var (
	table   = flag.Bool("table", false, "measure, print the table, write figures and charts")
	quick   = flag.Bool("quick", false, "measure less: two minutes, and no figure that one would publish")
	only    = flag.String("only", "", "only the questions whose names contain one of these, comma-separated")
	out     = flag.String("out", "", "directory of figures and charts")
	busy    = flag.String("busy", "", "who else uses the machine, to be said with the figures")
	profile = flag.Bool("profile", false, "leave profiles of the sidecar and of PHP in -out")
	update  = flag.Bool("update", false, "write README's section from the figures in results")
)

func TestMain(m *testing.M) { os.Exit(containers.Main(m)) }

// run is one run of the bench.
type run struct {
	*containers.Stack
	t      *testing.T
	report *Report
	shared *shared
}

// shared is what several questions are answered from, measured once.
type shared struct {
	load map[string]*loads
}

// add puts a line into the table, and shows it to whoever waits for the rest.
func (r run) add(f Figure) {
	r.report.Figures = append(r.report.Figures, f)
	fmt.Fprintf(os.Stderr, "        %s, %s: %s %s\n", f.Question, f.What, f.Value(), f.Verdict())
}

// chart returns the chart of a title, which is made if need be.
func (r run) chart(title, unit string) *Chart {
	for i := range r.report.Charts {
		if r.report.Charts[i].Title == title {
			return &r.report.Charts[i]
		}
	}
	r.report.Charts = append(r.report.Charts, Chart{Title: title, Unit: unit})
	return &r.report.Charts[len(r.report.Charts)-1]
}

// some is how much of something to do: all of it, or in a quick run less.
func some(all, less int) int {
	if *quick {
		return less
	}
	return all
}

// ratios divides two series round by round.
func ratios(ours, theirs []float64) []float64 {
	all := make([]float64, len(ours))
	for i := range ours {
		all[i] = ours[i] / theirs[i]
	}
	return all
}

// phpOptions: what php-fpm has by default, the command line has not.
var phpOptions = []string{"-d", "opcache.enable_cli=1"}

// php runs one of the bench's scripts with a plan, and reads what it prints.
func (r run) php(env []string, script string, plan, answer any) {
	r.t.Helper()
	text, err := json.Marshal(plan)
	if err != nil {
		r.t.Fatal(err)
	}
	command := append(append(append([]string{"timeout", "120", "env"}, env...), "php"), phpOptions...)
	printed := r.Exec(r.t, "wordpress", append(command, "/e2e/bench/php/"+script, string(text))...)
	if err := json.Unmarshal([]byte(printed), answer); err != nil {
		r.t.Fatalf("%s printed %.2000s: %v", script, printed, err)
	}
}

// api calls the sidecar by its published port.
func (r run) api(method, path string, body any, answer any) {
	r.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(r.t.Context(), method, "http://"+r.Address(r.t, "localhost", 8787)+path, bytes.NewReader(text))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.Token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		r.t.Fatalf("%s %s: %d %.500s %v", method, path, response.StatusCode, said, err)
	}
	if answer != nil {
		if err := json.Unmarshal(said, answer); err != nil {
			r.t.Fatal(err)
		}
	}
}

// settle brings everything home, so that the next one starts with nothing dirty.
func (r run) settle() {
	r.t.Helper()
	r.api("POST", "/v1/barrier", map[string]any{"all": true}, nil)
}

func (r run) stats() appointment.Stats {
	r.t.Helper()
	var answer struct{ Stats appointment.Stats }
	r.api("GET", "/v1/stats", nil, &answer)
	return answer.Stats
}

// sql runs statements.
func (r run) sql(statement string, args ...any) {
	r.t.Helper()
	if _, err := r.DB.ExecContext(r.t.Context(), statement, args...); err != nil {
		r.t.Fatalf("%v in %.200s", err, statement)
	}
}

// question is one line of the table, or several that share a measurement.
type question struct {
	name string
	ask  func(run)
}

// TestBench measures. It fails where something does not work, never because a
// figure is not what it should be.
func TestBench(t *testing.T) {
	if !*table {
		t.Log("measured only with -table (make bench); the counts are tests of their own")
		t.SkipNow()
	}
	began := time.Now()
	r := run{Stack: containers.BenchStack(t), t: t, report: &Report{
		Machine: machine(t), Date: began.UTC().Format(time.DateOnly), Command: "make bench", Busy: *busy, Rounds: some(5, 2),
	}, shared: &shared{load: map[string]*loads{}}}
	if *quick {
		r.report.Command = "make bench-quick"
	}
	r.report.Software = software(t, r.DB, r.Stack)
	r.clinic()
	for _, q := range questions {
		if !slices.ContainsFunc(strings.Split(*only, ","), func(part string) bool { return strings.Contains(q.name, part) }) {
			continue
		}
		t.Run(q.name, func(t *testing.T) {
			r := r
			r.t = t
			q.ask(r)
		})
		fmt.Fprintf(os.Stderr, "%4.0f s  %s\n", time.Since(began).Seconds(), q.name)
	}
	r.report.Seconds = time.Since(began).Seconds()
	if err := r.report.Print(os.Stdout); err != nil {
		t.Fatal(err)
	}
	if *out != "" {
		if err := r.report.Write(*out); err != nil {
			t.Fatal(err)
		}
	}
}

// machine says in words what this runs on.
func machine(t *testing.T) string {
	cpu, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Fatal(err)
	}
	model := "unknown processor"
	for line := range strings.Lines(string(cpu)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	memory, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		t.Fatal(err)
	}
	var kib int
	if _, err := fmt.Sscanf(string(memory), "MemTotal: %d", &kib); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s, %d cores, %d GiB, everything on this one machine", model, runtime.NumCPU(), kib>>20)
}

func software(t *testing.T, db *sql.DB, s *containers.Stack) string {
	var mysql string
	if err := db.QueryRowContext(context.Background(), "SELECT VERSION()").Scan(&mysql); err != nil {
		t.Fatal(err)
	}
	php := s.Exec(t, "wordpress", "php", "-r", "require '/var/www/html/wp-includes/version.php'; echo \"PHP \", PHP_VERSION, \", WordPress $wp_version, phpredis \", phpversion('redis');")
	info, err := s.Redis.Info(t.Context(), "server").Result()
	if err != nil {
		t.Fatal(err)
	}
	_, redis, _ := strings.Cut(info, "redis_version:")
	redis, _, _ = strings.Cut(redis, "\r")
	return fmt.Sprintf("%s, database %s, Redis %s, %s", php, mysql, redis, runtime.Version())
}
