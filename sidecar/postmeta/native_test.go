package postmeta_test

import (
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

func TestNativeWrites(t *testing.T) {
	for _, c := range []struct {
		name      string
		post, key string
		status    bool // left out
		room      bool
	}{
		{"leaves out a field that core wrote in a later epoch", "1", "status", true, false},
		{"leaves out every field of a post that core wrote as a whole", "1", "", true, true},
		{"leaves out a key that core wrote for all posts", "0", "room", false, true},
		{"leaves out everything when core wrote all keys of all posts", "0", "", true, true},
		{"writes what core wrote of another post", "2", "status", false, false},
		{"takes keys by their bytes", "1", "Status", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t)
			b.row(t, 1, "status", "core's")
			b.row(t, 1, "room", "core's")
			b.native(t, c.post, c.key)
			v := b.sync(t, read(1, 3, set("status", "ours", 1), set("room", "ours", 2)))[0]
			wantSettled(t, v, c.status, c.room)
			for key, leftOut := range map[string]bool{"status": c.status, "room": c.room} {
				if leftOut {
					b.want(t, 1, key, "core's")
				} else {
					b.want(t, 1, key, "ours")
				}
			}
			if got := b.fence(t, 1); got != "6-3 5-2" {
				t.Errorf("fence %s; it rises over what was left out too", got)
			}
		})
	}
}

func TestNativeWritesOf(t *testing.T) {
	b := open(t)
	t.Run("the same epoch as the version stand against nothing", func(t *testing.T) {
		b.native(t)
		b.exec(t, "INSERT INTO wp_hospital_native_write VALUES (1, 1, 'status', ?)", epoch)
		wantSettled(t, b.sync(t, read(1, 2, set("status", "ours", 1)))[0], false)
	})
	t.Run("an earlier ownership are gone with the return: its versions are left out", func(t *testing.T) {
		b.exec(t, "UPDATE wp_hospital_sync_state SET epoch = 7, returned = 7, mode = 'offload'")
		wantSettled(t, b.sync(t, read(2, 4, set("status", "from a second failover", 3)))[0], true)
		b.want(t, 2, "status")
	})
	t.Run("another blog stand against nothing", func(t *testing.T) {
		b.exec(t, "UPDATE wp_hospital_sync_state SET epoch = 8, returned = 3, mode = 'native'")
		b.exec(t, "INSERT INTO wp_hospital_native_write VALUES (2, 3, 'status', 8)")
		wantSettled(t, b.sync(t, read(3, 6, set("status", "ours", 5)))[0], false)
	})
}

func TestUnverified(t *testing.T) {
	b := open(t)
	unverified := func(key, value string, counter uint64) appointment.Dirty {
		d := set(key, value, counter)
		d.Unverified = true
		return d
	}
	t.Run("and overtaken is a dead letter, and nothing else is committed with it", func(t *testing.T) {
		b.native(t, "1", "status")
		v := b.sync(t, read(1, 3, unverified("status", "kiosk", 1), unverified("room", "4", 2)))[0]
		if v.Fate != appointment.Doomed || len(v.Doomed) != 1 {
			t.Fatalf("%+v", v)
		}
		l := v.Doomed[0]
		if l.Code != appointment.DeadOvertaken || l.Key != "status" || l.Value != "kiosk" || l.Mark != "5-1@1" || l.Reason == "" || l.Post.ID != 1 || l.At.IsZero() {
			t.Errorf("%+v", l)
		}
		b.want(t, 1, "room")
	})
	t.Run("and not overtaken is written", func(t *testing.T) {
		wantSettled(t, b.sync(t, read(1, 4, unverified("room", "4", 2)))[0], false)
		b.want(t, 1, "room", "4")
	})
	t.Run("of a post that no direct write is for is a dead letter", func(t *testing.T) {
		b.rows.Types = []string{"hospital_appointment"}
		b.exec(t, "UPDATE wp_posts SET post_type = 'page' WHERE ID IN (2, 3)")
		v := b.sync(t, read(2, 3, unverified("room", "4", 3)))[0]
		if v.Fate != appointment.Doomed || len(v.Doomed) != 1 || v.Doomed[0].Code != appointment.DeadPostGone {
			t.Errorf("%+v", v)
		}
		b.want(t, 2, "room")
		wantSettled(t, b.sync(t, read(3, 3, set("room", "taken along", 4)))[0], false)
		b.want(t, 3, "room", "taken along")
	})
	t.Run("and overtaken, but known to be in MySQL, is left out", func(t *testing.T) {
		wantSettled(t, b.sync(t, read(1, 5, unverified("status", "kiosk", 1)))[0], true)
	})
}
