package redisstore_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

// BenchmarkWrite is one write a call, against a real Redis: alone, and as many
// at once as a busy site has.
func BenchmarkWrite(b *testing.B) {
	for _, at := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("%d_at_once", at), func(b *testing.B) {
			s := open(b)
			var next atomic.Uint64
			b.SetParallelism(max(at/2, 1))
			b.ReportAllocs()
			write := func() error {
				w := appointment.Write{Post: post(next.Add(1)%500 + 1), Lease: s.lease, Fields: []appointment.Field{{Key: "status", Value: "confirmed"}}}
				_, err := s.Write(b.Context(), []appointment.Write{w})
				return err
			}
			if at == 1 {
				for b.Loop() {
					if err := write(); err != nil {
						b.Fatal(err)
					}
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := write(); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// BenchmarkSync is the syncer's share of Redis: claim and acknowledgement of 500
// posts with five dirty fields each.
func BenchmarkSync(b *testing.B) {
	s := open(b)
	var posts []appointment.Post
	var writes []appointment.Write
	for id := range uint64(500) {
		w := appointment.Write{Post: post(id + 1), Lease: s.lease}
		for _, key := range []string{"status", "room", "notes", "start", "end"} {
			w.Fields = append(w.Fields, appointment.Field{Key: key, Value: "a value of usual length"})
		}
		posts, writes = append(posts, post(id+1)), append(writes, w)
	}
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		if _, err := s.Write(b.Context(), writes); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		readings, err := s.Claim(b.Context(), s.lease, posts, true)
		if err != nil || len(readings) != len(posts) {
			b.Fatalf("%d readings: %v", len(readings), err)
		}
		settled := make([][]appointment.Settled, len(readings))
		for i, r := range readings {
			for _, f := range r.Fields {
				settled[i] = append(settled[i], appointment.Settled{Dirty: f})
			}
		}
		if _, err := s.Ack(b.Context(), s.lease, readings, settled); err != nil {
			b.Fatal(err)
		}
	}
}
