// Reads Grafana dashboards strictly, by Grafana's own types: nothing unknown in them, nothing that
// must be there missing, and every panel and query of a kind that is used here.
package main

import (
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

func main() {
	cog.NewRuntime().RegisterPanelcfgVariant(stat.VariantConfig())
	cog.NewRuntime().RegisterPanelcfgVariant(timeseries.VariantConfig())
	cog.NewRuntime().RegisterDataqueryVariant(prometheus.VariantConfig())
	wrong := 0
	for _, path := range os.Args[1:] {
		if message := fault(path); message != "" {
			wrong++
			fmt.Printf("%s: %s\n", path, message)
		}
	}
	fmt.Printf("%d dashboards read, %d wrong\n", len(os.Args)-1, wrong)
	if wrong > 0 {
		os.Exit(1)
	}
}

// fault says what is wrong with a dashboard; nothing is "".
func fault(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	var read dashboard.Dashboard
	if err := read.UnmarshalJSONStrict(text); err != nil && err.Error() != "" {
		return err.Error()
	}
	if err := read.Validate(); err != nil {
		return err.Error()
	}
	return ""
}
