"""The post room: what happened becomes an audit row, messages and mail, in the same commit; a worker sends."""
