"""What a client asks to see, and the forms in which it gets it: whole, metadata, tables, discovery, protobuf.

Forms change nothing: from stored records to documents.
"""
