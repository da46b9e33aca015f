// Command kubectl_reads says how kubectl reads plain YAML scalars: as values and as keys.
//
// It takes a JSON list of scalars on standard input, and writes a JSON list of pairs: what "a: SCALAR" and
// "SCALAR: a" become by sigs.k8s.io/yaml, or null where it refuses them.
package main

import (
	"encoding/json"
	"log"
	"os"

	"sigs.k8s.io/yaml"
)

func read(text string) json.RawMessage {
	converted, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return json.RawMessage("null")
	}
	return converted
}

func main() {
	var scalars []string
	if err := json.NewDecoder(os.Stdin).Decode(&scalars); err != nil {
		log.Fatal(err)
	}
	pairs := make([][2]json.RawMessage, len(scalars))
	for i, scalar := range scalars {
		pairs[i] = [2]json.RawMessage{read("a: " + scalar + "\n"), read(scalar + ": a\n")}
	}
	if err := json.NewEncoder(os.Stdout).Encode(pairs); err != nil {
		log.Fatal(err)
	}
}
