package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/ownership"
)

// homeOption is where the plugin notes the address that its blog knows itself
// by: wp-config.php may say another than the options home and siteurl.
const homeOption = "hospital_appointments_redis_home"

// homes knows the addresses of the blogs.
type homes struct {
	db     *sql.DB
	tables appointment.Tables
}

// of returns a blog's address, as its options say now.
func (h homes) of(ctx context.Context, blog uint64) (*url.URL, error) {
	var address string
	err := h.db.QueryRowContext(ctx, "SELECT option_value FROM "+h.tables.Options(blog)+
		" WHERE option_name IN (?, 'home', 'siteurl') AND option_value <> '' ORDER BY FIELD(option_name, ?, 'home', 'siteurl') LIMIT 1",
		homeOption, homeOption).Scan(&address)
	if err != nil {
		return nil, fmt.Errorf("read the site's address from the options table: %w", err)
	}
	home, err := url.Parse(address)
	if err != nil || home.Host == "" || home.Scheme != "http" && home.Scheme != "https" {
		return nil, fmt.Errorf("the site's address %.200q is no address", address)
	}
	return home, nil
}

// bySiteRow knows a site's Redis by its site row, also while there is none.
type bySiteRow struct{ *ownership.Owner }

// Ticket is the right to tell WordPress of what is in MySQL.
func (b bySiteRow) Ticket(_ context.Context, blog uint64) (appointment.Lease, error) {
	sites, _ := b.Sites()
	site, ok := sites[blog]
	if !ok {
		return appointment.Lease{}, fmt.Errorf("blog %d has no site row: %w", blog, appointment.ErrNative)
	}
	return appointment.Lease{Blog: blog, Epoch: site.Epoch, Token: site.RedisID}, nil
}
