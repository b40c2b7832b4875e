"""An embedded place for any SAM template: its functions, HTTP API and backing services on this machine."""
