package config

import (
	"fmt"
	"strings"
)

// Table renders the settings as the markdown table of the README.
func Table() string {
	var out strings.Builder
	out.WriteString("| variable | default | meaning |\n|---|---|---|\n")
	for _, each := range settings() {
		fmt.Fprintf(&out, "| %s | %s | %s |\n", variable(each), fallback(each), meaning(each))
	}
	return out.String()
}

func variable(each setting) string {
	if each.secret {
		return "`" + each.name + "`, `…_FILE`"
	}
	return "`" + each.name + "`"
}

func fallback(each setting) string {
	if each.fallback == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(each.fallback, "|", `\|`) + "`"
}

func meaning(each setting) string {
	s := each.doc
	if each.span != "" {
		s += " " + strings.Replace(each.span, "..", " to ", 1) + "."
	}
	if len(each.wp) > 1 {
		s += " In wp-config.php also `" + each.wp[1] + "`."
	}
	return s
}
