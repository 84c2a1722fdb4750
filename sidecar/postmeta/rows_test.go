package postmeta_test

import (
	"errors"
	"maps"
	"testing"

	"github.com/go-sql-driver/mysql"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/postmeta"
)

func TestResolve(t *testing.T) {
	b := open(t)
	b.exec(t, "INSERT INTO wp_posts (ID, post_type, post_name) VALUES (20, 'page', 'appt_20'), (21, 'hospital_doctor', 'dr_who')")
	types := []string{"hospital_appointment", "booking"}
	for _, c := range []struct {
		name  string
		post  appointment.Post
		types []string
		want  uint64
	}{
		{"finds a post by its id", appointment.Post{Blog: 1, ID: 7}, types, 7},
		{"finds a post by its slug", appointment.Post{Blog: 1, Slug: "appt_7"}, types, 7},
		{"does not find a post of another type", appointment.Post{Blog: 1, ID: 20}, types, 0},
		{"does not find a slug of another type", appointment.Post{Blog: 1, Slug: "appt_20"}, types, 0},
		{"does not find what is not there", appointment.Post{Blog: 1, ID: 77}, types, 0},
		{"finds nothing among no types", appointment.Post{Blog: 1, ID: 7}, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := b.rows.Resolve(t.Context(), c.post, c.types)
			if c.want == 0 && !errors.Is(err, appointment.ErrUnknownPost) {
				t.Errorf("Resolve = %+v, %v; want ErrUnknownPost", got, err)
			}
			if want := (appointment.Post{Blog: 1, ID: c.want, Type: "hospital_appointment"}); c.want != 0 && (err != nil || got != want) {
				t.Errorf("Resolve = %+v, %v; want %+v", got, err, want)
			}
		})
	}
}

func TestRows(t *testing.T) {
	b := open(t)
	b.row(t, 7, "status", "x")
	b.row(t, 7, "several", "1")
	b.row(t, 7, "several", "2")
	b.row(t, 7, "bytes", "a\x00\xf0\x9f\x8f\xa5")
	b.row(t, 8, "status", "of another post")
	b.exec(t, "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (7, 'null', NULL)")
	got, err := b.rows.Rows(t.Context(), appointment.Post{Blog: 1, ID: 7})
	if want := map[string]string{"status": "x", "bytes": "a\x00🏥", "null": ""}; err != nil || !maps.Equal(got, want) {
		t.Errorf("Rows = %q, %v; want the keys with one row: %q", got, err, want)
	}
}

func TestNative(t *testing.T) {
	b := open(t)
	post := appointment.Post{Blog: 1, ID: 7}
	t.Run("is the last return when core wrote nothing", func(t *testing.T) {
		if native, err := b.rows.Native(t.Context(), post); err != nil || native.Returned != 3 || len(native.Writes) != 0 {
			t.Errorf("Native = %+v, %v", native, err)
		}
	})
	t.Run("joins what core wrote of this post and of all", func(t *testing.T) {
		b.native(t, "7", "status", "0", "room", "8", "notes")
		b.exec(t, "INSERT INTO wp_hospital_native_write VALUES (1, 0, 'status', 9)")
		native, err := b.rows.Native(t.Context(), post)
		if want := map[string]uint64{"status": 9, "room": 6}; err != nil || !maps.Equal(native.Writes, want) {
			t.Errorf("Native = %+v, %v; want %v", native, err, want)
		}
	})
	t.Run("has the fence, so that a Redis that came back older shows nothing that MySQL has", func(t *testing.T) {
		b.sync(t, read(7, 20, set("notes", "x", 19)))
		native, err := b.rows.Native(t.Context(), post)
		if err != nil || native.Fence != (appointment.Version{Epoch: 5, Counter: 19}) {
			t.Fatalf("Native = %+v, %v", native, err)
		}
		if v := (appointment.Version{Epoch: 5, Counter: 18}); !native.Overtakes("other", v) || native.Overtakes("other", appointment.Version{Epoch: 5, Counter: 20}) {
			t.Errorf("Overtakes is wrong around the fence %v", native.Fence)
		}
	})
	t.Run("is nothing for a blog without a site row", func(t *testing.T) {
		if native, err := b.rows.Native(t.Context(), appointment.Post{Blog: 9, ID: 7}); err != nil || native.Returned != 0 {
			t.Errorf("Native = %+v, %v", native, err)
		}
	})
}

func TestServer(t *testing.T) {
	b := open(t)
	t.Run("finds our image safe", func(t *testing.T) {
		server, err := b.rows.Server(t.Context())
		if err != nil || server.MissingOurs || len(server.Unsafe()) != 0 {
			t.Errorf("Server = %+v, %v, unsafe %q", server, err, server.Unsafe())
		}
	})
	t.Run("says when the plugin was never activated", func(t *testing.T) {
		b.exec(t, "DROP TABLE wp_hospital_sync_state")
		if server, err := b.rows.Server(t.Context()); err != nil || !server.MissingOurs {
			t.Errorf("Server = %+v, %v", server, err)
		}
	})
	t.Run("names what breaks a promise", func(t *testing.T) {
		for version, want := range map[string]int{"5.7.44": 3, "10.5.29-MariaDB": 3, "10.6.1-MariaDB": 2, "8.0.36": 2, "11.8.2-MariaDB": 2} {
			if got := (postmeta.Server{Version: version, FlushAtTrx: 2, ReadOnly: true}).Unsafe(); len(got) != want {
				t.Errorf("%s: %q", version, got)
			}
		}
	})
}

// The rights that README asks for, and no more.
func TestLeastPrivilege(t *testing.T) {
	b := open(t)
	name := b.sql.Config.DBName
	b.exec(t, "DROP USER IF EXISTS least")
	b.exec(t, "CREATE USER least IDENTIFIED BY 'l'")
	t.Cleanup(func() { _, _ = b.sql.Exec("DROP USER least") })
	for _, table := range []string{"wp_postmeta", "wp_hospital_sync_state", "wp_hospital_sync_fence", "wp_hospital_native_write"} {
		b.exec(t, "GRANT SELECT, INSERT, UPDATE, DELETE ON "+name+"."+table+" TO least")
	}
	b.exec(t, "GRANT SELECT ON "+name+".wp_posts TO least")
	b.exec(t, "GRANT SELECT ON "+name+".wp_options TO least")
	least := b.with(t, func(c *mysql.Config) { c.User, c.Passwd = "least", "l" })
	b.row(t, 1, "notes", "x")
	b.native(t)
	verdicts, err := postmeta.New(least.DB, appointment.Tables{Base: "wp_"}).
		Sync(t.Context(), 1, epoch+1, []appointment.Reading{read(1, 5, set("status", "x", 1), deleted("notes", 2))})
	if err != nil {
		t.Fatal(err)
	}
	wantSettled(t, verdicts[0], false, false)
}
