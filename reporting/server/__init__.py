"""The dashboard's server: sessions, sign-in, access, guards."""
