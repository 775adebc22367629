"""What happens before the first page is served: settings read, keys made, processes started and watched."""
